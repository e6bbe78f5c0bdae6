import PhotonPumpTransport
import PhotonPumpWire

@testable import PhotonPump

/// What is exchanged on a new connection, and whether the peer lives: a question follows only from an answer to the last
/// one or from silence, and after the end comes nothing.
enum Introductions {
    static func run(_ choices: inout Choices) {
        var now = Environment.Instant(elapsed: .seconds(10))
        let login = choices.flag() ? try? Login(name: "n", password: "p") : nil
        let acquaintance = choices.flag() ? Handshake.Acquaintance(patience: .seconds(3)) : nil
        var handshake = Handshake(login: login, connectionName: "c", acquaintance: acquaintance, now: now)
        let settings = HeartbeatSettings()
        var heartbeat = Heartbeat(settings, now: now)
        var (asked, isOver, count): ([GUID], Bool, UInt64) = ([], false, 0)
        var lastReceived = now
        // The bytes of a package that is not complete.
        var pieces = 0
        var due = now
        while !choices.isEmpty, !isOver {
            count += 1
            let next = GUID(count, 4)
            switch choices.number(below: 7) {
            case 0: now += .milliseconds(choices.number(below: 256) * 8)
            case 1:
                if let package = handshake.look(next, now: now) {
                    check(package.correlation == next, "another id")
                    check(handshake.askAgain > now, "asked again at once")
                    asked.append(next)
                }
            case 2, 3, 4:
                let id = choices.byte() < 200 ? asked.last ?? .zero : asked.first ?? next
                let commands: [Command] = [
                    .authenticated, .clientIdentified, .notAuthenticated, .notHandled, .badRequest, .ping,
                ]
                let payload = Bytes(copying: choices.bytes(atMost: choices.number(below: 20)))
                let package = Package(choices.element(of: commands), id, payload: payload)
                switch handshake.received(package, nextID: next, now: now) {
                case .send(let package)?:
                    check(package.correlation == next && asked.last == id, "a question too early")
                    asked.append(next)
                case .finish?:
                    check(package.command == .clientIdentified && id == asked.last, "identified by \(package)")
                    isOver = true
                case .fail(let error, _)?:
                    check(!"\(error)".isEmpty, "no reason")
                    isOver = true
                case .wait?, nil: break
                }
                (lastReceived, pieces) = (now, 0)
                _ = heartbeat.received(100, isComplete: true, now: now)
            case 5:
                let size = choices.number(below: Heartbeat.leastBytes)
                pieces += size
                _ = heartbeat.received(size, isComplete: false, now: now)
                if pieces >= Heartbeat.leastBytes { (lastReceived, pieces) = (now, 0) }
            default:
                switch heartbeat.look(now: now, pending: choices.number(below: 4)) {
                case .wait(let until), .ask(let until):
                    check(until > now, "a look at once")
                    due = until
                case .dead(let silence, let bytes):
                    check(silence == now - lastReceived, "\(silence)")
                    check(bytes == pieces, "\(bytes) in pieces, not \(pieces)")
                    check(silence >= settings.interval || now >= due, "dead after \(silence)")
                    isOver = true
                }
            }
        }
        if isOver, let package = handshake.look(.zero, now: now + .seconds(100)) {
            check(asked.isEmpty || package.command != .ping, "a question after the end")
        }
    }
}

/// Which node a client is to be connected to, and when: whatever happens, it is in one phase, pauses are within their
/// limits, and nothing is done once it is closed.
enum Connectors {
    static func run(_ choices: inout Choices) {
        var settings = ReconnectionSettings()
        settings.maximumAttempts = choices.flag() ? choices.number(below: 5) : nil
        var now = Environment.Instant(elapsed: .seconds(10))
        var connector = Connector(settings, now: now)
        var isClosed = false
        while !choices.isEmpty {
            let node = NodeFinder.Node(endpoint: Endpoint(host: "h", port: choices.number(in: 1...4)))
            let chance = Double(choices.byte()) / 255
            let before = connector.phase
            var action: Connector.Action?
            switch (choices.number(below: 12), before) {
            case (0, _): now += .milliseconds(choices.number(below: 256) * 10)
            case (1, _): action = connector.wanted(now: now)
            case (2...4, .finding): action = connector.found(node, now: now)
            case (5, .connecting): connector.introduced(now: now)
            case (6, .finding), (6, .connecting), (6, .connected):
                action = connector.failed(
                    isPermanent: choices.byte() > 220, isStarting: choices.flag(), isAwaited: choices.flag(), now: now,
                    chance: chance)
            case (7, .connected): action = connector.lost(isExcused: choices.flag(), now: now, chance: chance)
            case (8, .waiting): action = connector.waited(now: now)
            case (9, .connected): connector.moved(to: node, now: now)
            case (10, _): connector.rest(now: now)
            case (11, _) where choices.byte() > 250:
                connector.close(now: now)
                isClosed = true
            default: break
            }
            check(!isClosed || connector.phase == .closed, "\(connector.phase) after the end")
            switch action {
            case .find?: check(connector.phase == .finding || isClosed, "\(connector.phase)")
            case .connect(let found)?:
                check(connector.phase == .connecting && connector.node == found || isClosed, "\(found)")
            case .wait(let pause)?:
                check(pause >= .zero && pause <= settings.maximumDelay, "a pause of \(pause)")
                check(connector.phase == .waiting || isClosed, "\(connector.phase)")
            case .giveUp?: check(connector.phase == .idle || isClosed, "\(connector.phase)")
            case nil: break
            }
            if let most = settings.maximumAttempts { check(connector.failures <= most + 1, "\(connector.failures)") }
        }
    }
}
