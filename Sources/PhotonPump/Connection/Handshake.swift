internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What is exchanged on a new connection before any request: who we are, then which schema we speak; pure, with the
/// time passed in.
///
/// A node accepts connections before it can serve them, and does not keep what it cannot answer yet. So each question is
/// asked again until its answer comes, under another id each time: only the answer to the last one counts, because the
/// node compares with the last one, too, before it takes a user for that of the connection.
struct Handshake {
    typealias Instant = Environment.Instant

    enum Action {
        case send(Package)
        /// Nothing yet; see ``askAgain``.
        case wait
        /// The server is ready for this client.
        case finish
        /// - Parameter isPermanent: whether the server would give the same answer again.
        case fail(PhotonPumpError, isPermanent: Bool)
    }

    /// A user whom the server has accepted before. It may refuse this user while it loads its users.
    struct Acquaintance {
        /// Since when it has; nil while it does not.
        var refusedSince: Instant?
        /// For how long that is taken for a start.
        let patience: Duration
    }

    private enum State {
        /// Exits: identifying; failed, if the server does not accept the user.
        case authenticating
        /// Exits: done; failed.
        case identifying
        case done
    }

    /// How long an answer is waited for before the question is repeated.
    static let pace: Duration = .milliseconds(250)
    /// Version 1 of the protocol's schema: 64-bit event numbers.
    private static let schemaVersion: Int32 = 1
    private static let answers: Set<Command> = [.authenticated, .notAuthenticated, .clientIdentified]

    private let identity: IdentifyClient
    private let login: Login?
    private var state: State
    /// Of the current question; nil before the first.
    private var lastID: GUID?
    /// When the current question was asked for the first time.
    private var began: Instant
    /// When to call ``look(_:now:)``.
    private(set) var askAgain: Instant
    private(set) var acquaintance: Acquaintance?
    /// What the server has against this client at present.
    private(set) var refusal: PhotonPumpError?

    /// - Parameters:
    ///   - login: the user; nil to stay anonymous.
    ///   - acquaintance: nil if the server has not accepted this user before.
    init(login: Login?, connectionName: String, acquaintance: Acquaintance?, now: Instant) {
        self.login = login
        self.identity = IdentifyClient(version: Self.schemaVersion, connectionName: connectionName)
        self.acquaintance = acquaintance
        self.state = login == nil ? .identifying : .authenticating
        self.began = now
        self.askAgain = now
    }

    /// The question to send now, if it is time to.
    ///
    /// - Parameter id: the question's id, which must be new.
    mutating func look(_ id: GUID, now: Instant) -> Package? {
        guard now >= self.askAgain, self.state != .done else { return nil }
        return self.question(id, now)
    }

    /// Handles a package; nil if it does not belong to the handshake.
    ///
    /// - Parameter nextID: the id of the next question.
    mutating func received(_ package: Package, nextID: GUID, now: Instant) -> Action? {
        if package.command == .badRequest, package.correlation == .zero {
            return .fail(self.error(for: package, during: "introduce this client"), isPermanent: false)
        }
        guard package.correlation == self.lastID else {
            guard Self.answers.contains(package.command) else { return nil }
            // The server is slow rather than silent: the answer that counts gets the time that this one took.
            self.askAgain = max(self.askAgain, now + (now - self.began))
            return .wait
        }
        switch (self.state, package.command) {
        case (.authenticating, .authenticated):
            self.state = .identifying
            self.acquaintance?.refusedSince = nil
            self.refusal = nil
            self.began = now
            return .send(self.question(nextID, now))
        case (.identifying, .clientIdentified):
            self.state = .done
            return .finish
        case (.authenticating, _):
            let name = self.login.map { " as '\($0.name)'" } ?? ""
            return self.refused(package, during: "authenticate\(name)", now)
        case (.identifying, _):
            return self.refused(package, during: "identify this client", now)
        case (.done, _):
            return nil
        }
    }

    private mutating func question(_ id: GUID, _ now: Instant) -> Package {
        self.lastID = id
        self.askAgain = now + Self.pace
        return switch self.state {
        case .authenticating: Package(.authenticate, id, login: self.login)
        case .identifying, .done: Package(.identifyClient, id, payload: self.identity.encoded())
        }
    }

    private mutating func refused(_ package: Package, during operation: String, _ now: Instant) -> Action {
        let error = self.error(for: package, during: operation)
        switch package.command {
        case .notHandled:
            break
        case .notAuthenticated where CommonReplies.isStarting(package):
            break
        case .notAuthenticated:
            guard var acquaintance else { return .fail(error, isPermanent: true) }
            let since = acquaintance.refusedSince ?? now
            acquaintance.refusedSince = since
            self.acquaintance = acquaintance
            guard now - since < acquaintance.patience else { return .fail(error, isPermanent: true) }
        default:
            return .fail(error, isPermanent: false)
        }
        self.refusal = error
        self.began = now
        self.askAgain = now + Self.pace
        return .wait
    }

    private func error(for package: Package, during operation: String) -> PhotonPumpError {
        var error = CommonReplies.error(for: package, operation: operation)
        error.hide(self.login)
        return error
    }
}
