internal import PhotonPumpWire

/// What is exchanged on a new connection before any request: who we are, then which schema we speak; pure.
struct Handshake {
    enum Action {
        case send(Package)
        /// The server is ready for this client.
        case finish
        /// - Parameter isPermanent: whether the server would give the same answer again.
        case fail(PhotonPumpError, isPermanent: Bool)
    }

    private enum State {
        /// Exits: identifying; failed, if the server does not accept the user.
        case authenticating
        /// Exits: done; failed.
        case identifying
        case done
    }

    /// Version 1 of the protocol's schema: 64-bit event numbers.
    private static let schemaVersion: Int32 = 1

    private let correlation: GUID
    private let identity: IdentifyClient
    private let login: Login?
    private var state: State

    /// - Parameters:
    ///   - login: the user; nil to stay anonymous.
    ///   - correlation: the id of both requests, which are made one after the other.
    init(login: Login?, connectionName: String, correlation: GUID) {
        self.login = login
        self.correlation = correlation
        self.identity = IdentifyClient(version: Self.schemaVersion, connectionName: connectionName)
        self.state = login == nil ? .identifying : .authenticating
    }

    /// The first package to send.
    var opening: Package {
        switch self.state {
        case .authenticating: Package(.authenticate, self.correlation, login: self.login)
        case .identifying, .done: Package(.identifyClient, self.correlation, payload: self.identity.encoded())
        }
    }

    /// Handles a package; nil if it does not belong to the handshake.
    mutating func received(_ package: Package) -> Action? {
        if package.command == .badRequest, package.correlation == .zero {
            return .fail(CommonReplies.error(for: package, operation: "introduce this client"), isPermanent: false)
        }
        guard package.correlation == self.correlation else { return nil }
        switch (self.state, package.command) {
        case (.authenticating, .authenticated):
            self.state = .identifying
            return .send(self.opening)
        case (.identifying, .clientIdentified):
            self.state = .done
            return .finish
        case (.authenticating, _):
            let name = self.login.map { " as '\($0.name)'" } ?? ""
            return .fail(
                CommonReplies.error(for: package, operation: "authenticate\(name)"),
                isPermanent: package.command == .notAuthenticated && !CommonReplies.isStarting(package)
            )
        case (.identifying, _):
            return .fail(CommonReplies.error(for: package, operation: "identify this client"), isPermanent: false)
        case (.done, _):
            return nil
        }
    }
}
