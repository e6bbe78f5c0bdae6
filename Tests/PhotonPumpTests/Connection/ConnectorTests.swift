import Testing

@testable import PhotonPump

@Suite("The way to a server")
struct ConnectorTests {
    private let one = Endpoint(host: "one")
    private let other = Endpoint(host: "other")

    private func connector(_ maximumAttempts: Int? = nil) -> Connector {
        var settings = ReconnectionSettings()
        settings.maximumAttempts = maximumAttempts
        settings.firstDelay = .milliseconds(100)
        settings.maximumDelay = .milliseconds(500)
        return Connector(settings)
    }

    private func connected(_ maximumAttempts: Int? = nil) -> Connector {
        var connector = self.connector(maximumAttempts)
        _ = connector.wanted()
        _ = connector.found(self.one)
        connector.accepted()
        connector.introduced()
        return connector
    }

    @Test("begins when somebody wants a connection, and once")
    func begin() {
        var connector = self.connector()
        #expect(connector.phase == .idle)
        #expect(connector.wanted() == .find(avoiding: nil))
        #expect(connector.wanted() == nil)
        #expect(connector.found(self.one) == .connect(self.one))
        #expect(connector.phase == .connecting(self.one))
        connector.accepted()
        #expect(connector.phase == .introducing(self.one))
        connector.introduced()
        #expect(connector.phase == .connected(self.one))
        #expect(connector.wanted() == nil)
    }

    @Test("goes on for as long as somebody waits, with pauses that grow up to a ceiling")
    func backoff() {
        var connector = self.connector()
        _ = connector.wanted()
        for pause in [100, 200] + Array(repeating: 250, count: 7) {
            _ = connector.found(self.one)
            let action = connector.failed(isPermanent: false, isAwaited: true, chance: 1)
            #expect(action == .wait(.milliseconds(pause)))
            #expect(connector.phase == .waiting)
            #expect(connector.waited() == .find(avoiding: self.one))
        }
        while connector.failed(isPermanent: false, isAwaited: true, chance: 1) != .wait(.milliseconds(500)) {
            _ = connector.waited()
            _ = connector.found(self.one)
        }
        _ = connector.waited()
        #expect(connector.failed(isPermanent: false, isAwaited: true, chance: 1) == .wait(.milliseconds(500)))
        _ = connector.waited()
        #expect(connector.failed(isPermanent: false, isAwaited: false, chance: 1) == .giveUp)
        #expect(connector.phase == .idle)
        #expect(connector.wanted() == .find(avoiding: self.one))
        #expect(connector.failed(isPermanent: false, isAwaited: true, chance: 0.5) == .wait(.milliseconds(50)))
    }

    @Test("S79: makes no long pause for a node that may be about to serve, however often it failed")
    func starting() {
        var connector = self.connector()
        _ = connector.wanted()
        for pause in [100, 200, 250, 250] {
            _ = connector.found(self.one)
            let action = connector.failed(isPermanent: false, isStarting: true, isAwaited: true, chance: 1)
            #expect(action == .wait(.milliseconds(pause)))
            _ = connector.waited()
        }
    }

    @Test("S79: makes no pause that is long in comparison with those so far", arguments: [0.1, 0.5, 1])
    func fairness(chance: Double) {
        var settings = ReconnectionSettings()
        settings.maximumDelay = .seconds(60)
        var connector = Connector(settings)
        _ = connector.wanted()
        var paused: Duration = .zero
        while paused < .seconds(100) {
            _ = connector.found(self.one)
            if connector.failures % 2 == 1 { connector.accepted() }
            guard case .wait(let pause) = connector.failed(isPermanent: false, isAwaited: true, chance: chance) else {
                Issue.record("gave up")
                return
            }
            // Multiplied by chance, which rounds.
            #expect(pause <= max(.milliseconds(250), paused / 8) + .nanoseconds(1))
            paused += pause
            _ = connector.waited()
        }
        #expect(connector.failures < 1000)
    }

    @Test("does not try again what must fail the same way, until it is asked to")
    func permanent() {
        var connector = self.connector()
        _ = connector.wanted()
        #expect(connector.failed(isPermanent: true, isAwaited: true, chance: 1) == .giveUp)
        #expect(connector.wanted() == .find(avoiding: nil))
    }

    @Test("makes as many attempts in a row as are allowed, and begins anew when it is asked to")
    func limit() {
        var connector = self.connector(2)
        for _ in 0..<3 {
            #expect(connector.wanted() != nil)
            for _ in 0..<2 {
                _ = connector.failed(isPermanent: false, isAwaited: true, chance: 1)
                _ = connector.waited()
            }
            #expect(connector.failed(isPermanent: false, isAwaited: true, chance: 1) == .giveUp)
        }
    }

    @Test("replaces a lost connection at once, whether or not somebody waits, and avoids its node")
    func lost() {
        var connector = self.connected()
        #expect(connector.lost(after: .seconds(9), chance: 1) == .find(avoiding: self.one))
        #expect(connector.failed(isPermanent: false, isAwaited: false, chance: 1) == .wait(.milliseconds(100)))
    }

    @Test("pauses when a connection is lost as soon as it is made, longer each time")
    func flapping() {
        var connector = self.connected()
        for pause in [100, 200, 400] {
            #expect(connector.lost(after: .milliseconds(5), chance: 1) == .wait(.milliseconds(pause)))
            _ = connector.waited()
            _ = connector.found(self.one)
            connector.accepted()
            connector.introduced()
        }
        #expect(connector.lost(after: .seconds(1), chance: 1) == .find(avoiding: self.one))
        #expect(connector.failures == 0)
    }

    @Test("replaces no connection when no attempt may be repeated")
    func noReconnection() {
        var connector = self.connected(0)
        #expect(connector.lost(after: .seconds(9), chance: 1) == .giveUp)
    }

    @Test("goes over to another node once there is a connection to it, and avoids the one it left")
    func moved() {
        var connector = self.connected()
        let (old, number) = (connector.attempt, connector.reserve())
        #expect(number != old)
        #expect(connector.phase == .connected(self.one))
        #expect(connector.attempt == old)
        connector.moved(to: self.other, as: number)
        #expect(connector.phase == .connected(self.other))
        #expect(connector.attempt == number)
        #expect(connector.lost(after: .seconds(9), chance: 1) == .find(avoiding: self.other))
        #expect(connector.attempt != number)
    }

    @Test("numbers each attempt, so that events of earlier ones are told apart")
    func numbers() {
        var connector = self.connected()
        var seen: Set<Int> = [connector.attempt]
        _ = connector.lost(after: .seconds(9), chance: 1)
        #expect(seen.insert(connector.attempt).inserted)
        _ = connector.failed(isPermanent: false, isAwaited: true, chance: 1)
        #expect(seen.insert(connector.attempt).inserted)
        _ = connector.waited()
        #expect(seen.insert(connector.attempt).inserted)
        connector.rest()
        #expect(seen.insert(connector.attempt).inserted)
        connector.close()
        #expect(seen.insert(connector.attempt).inserted)
        #expect(connector.wanted() == nil)
        #expect(connector.phase == .closed)
    }
}
