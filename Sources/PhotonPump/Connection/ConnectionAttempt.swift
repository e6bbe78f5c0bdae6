internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The making of one connection, from a node's name to a server that has accepted this client. Used on the client's
/// queue only.
///
/// A client that has a connection can make another beside it: each attempt has a number, which the resulting connection
/// keeps, so that their events are told apart.
final class ConnectionAttempt {
    private enum Stage {
        /// From looking up the name to an open socket (TLS not yet negotiated).
        case locating((any Dialling)?)
        case introducing(PackageChannel, Handshake)
        /// The connection is someone else's, or there will be none.
        case over
    }

    let number: Int
    let node: NodeFinder.Node
    let login: Login?
    /// When it is given up.
    let ends: ContinuousClock.Instant
    private var stage = Stage.locating(nil)
    private let timer: QueueTimer

    /// - Parameter timer: fires when it is time for ``ask(_:now:)``.
    init(
        _ number: Int, _ node: NodeFinder.Node, login: Login?, ends: ContinuousClock.Instant, timer: QueueTimer
    ) {
        self.number = number
        self.node = node
        self.login = login
        self.ends = ends
        self.timer = timer
        timer.schedule(after: ends - .now)
    }

    var isLocating: Bool { if case .locating = self.stage { true } else { false } }

    /// The connection, once there is one to introduce this client on.
    var channel: PackageChannel? { if case .introducing(let channel, _) = self.stage { channel } else { nil } }

    /// Why the server has not accepted this client yet, if it says so.
    var refusal: PhotonPumpError? {
        if case .introducing(_, let handshake) = self.stage { handshake.refusal } else { nil }
    }

    /// Since when the server has refused a user whom it accepted before.
    var refusedSince: ContinuousClock.Instant? {
        if case .introducing(_, let handshake) = self.stage { handshake.acquaintance?.refusedSince } else { nil }
    }

    func connect(_ connector: any Dialling) {
        guard self.isLocating else { return }
        self.stage = .locating(connector)
        connector.start()
    }

    /// The socket that was opened; nil if there is none to be taken.
    func takeSocket() throws(TransportError) -> (any Transport)? {
        guard case .locating(let connector?) = self.stage else { return nil }
        do throws(SocketError) {
            return try connector.takeTransport()
        } catch {
            throw .socket(error)
        }
    }

    func introduce(on channel: PackageChannel, _ handshake: Handshake) {
        self.stage = .introducing(channel, handshake)
    }

    /// Asks the server to accept this client, if it is time to; what was asked has to be flushed.
    func ask(_ id: GUID, now: ContinuousClock.Instant) {
        guard case .introducing(let channel, var handshake) = self.stage else { return }
        // What has not left this machine yet need not be said again.
        let isWaiting = channel.unsentCount > 0
        if !isWaiting, let question = handshake.look(id, now: now) {
            channel.send(question)
            self.stage = .introducing(channel, handshake)
        }
        let next = isWaiting ? now + Handshake.pace : handshake.askAgain
        self.timer.schedule(after: min(next, self.ends) - now)
    }

    /// Handles a package; nil if it does not belong to the handshake.
    func received(_ package: Package, nextID: GUID, now: ContinuousClock.Instant) -> Handshake.Action? {
        guard case .introducing(let channel, var handshake) = self.stage else { return nil }
        let action = handshake.received(package, nextID: nextID, now: now)
        self.stage = .introducing(channel, handshake)
        return action
    }

    /// The connection, which from now on is the caller's.
    func take() -> PackageChannel? {
        defer { self.stage = .over }
        return self.channel
    }

    func cancel() {
        switch self.stage {
        case .locating(let connector): connector?.cancel()
        case .introducing(let channel, _): channel.close()
        case .over: break
        }
        self.stage = .over
    }
}
