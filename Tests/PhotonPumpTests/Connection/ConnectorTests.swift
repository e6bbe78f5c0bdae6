import PhotonPumpTransport
import Testing

@testable import PhotonPump

@Suite("The way to a server")
struct ConnectorTests {
    private let one = NodeFinder.Node(endpoint: Endpoint(host: "one"), role: nil)
    private let now = Environment.Instant.now
    private let other = NodeFinder.Node(endpoint: Endpoint(host: "other"), role: nil)

    private func connector(_ maximumAttempts: Int? = nil) -> Connector {
        var settings = ReconnectionSettings()
        settings.maximumAttempts = maximumAttempts
        settings.firstDelay = .milliseconds(100)
        settings.maximumDelay = .milliseconds(500)
        return Connector(settings, now: self.now)
    }

    private func connected(_ maximumAttempts: Int? = nil) -> Connector {
        var connector = self.connector(maximumAttempts)
        _ = connector.wanted(now: self.now)
        _ = connector.found(self.one, now: self.now)
        connector.introduced(now: self.now)
        return connector
    }

    @Test("the connector begins when somebody wants a connection, and once")
    func begin() {
        var connector = self.connector()
        #expect(connector.phase == .idle)
        #expect(connector.wanted(now: self.now) == .find(avoiding: nil))
        #expect(connector.wanted(now: self.now) == nil)
        #expect(connector.found(self.one, now: self.now) == .connect(self.one))
        #expect(connector.phase == .connecting)
        connector.introduced(now: self.now)
        #expect(connector.phase == .connected)
        #expect(connector.wanted(now: self.now) == nil)
    }

    @Test("the connector goes on for as long as somebody waits, with pauses that grow up to a ceiling")
    func backoff() {
        var connector = self.connector()
        _ = connector.wanted(now: self.now)
        for pause in [100, 200] + Array(repeating: 250, count: 7) {
            _ = connector.found(self.one, now: self.now)
            let action = connector.failed(isPermanent: false, isAwaited: true, now: self.now, chance: 1)
            #expect(action == .wait(.milliseconds(pause)))
            #expect(connector.phase == .waiting)
            #expect(connector.waited(now: self.now) == .find(avoiding: self.one.endpoint))
        }
        while connector.failed(isPermanent: false, isAwaited: true, now: self.now, chance: 1)
            != .wait(.milliseconds(500))
        {
            _ = connector.waited(now: self.now)
            _ = connector.found(self.one, now: self.now)
        }
        _ = connector.waited(now: self.now)
        #expect(
            connector.failed(isPermanent: false, isAwaited: true, now: self.now, chance: 1) == .wait(.milliseconds(500))
        )
        _ = connector.waited(now: self.now)
        #expect(connector.failed(isPermanent: false, isAwaited: false, now: self.now, chance: 1) == .giveUp)
        #expect(connector.phase == .idle)
        #expect(connector.wanted(now: self.now) == .find(avoiding: self.one.endpoint))
        #expect(
            connector.failed(isPermanent: false, isAwaited: true, now: self.now, chance: 0.5)
                == .wait(.milliseconds(50)))
    }

    @Test("S79: the connector makes no long pause for a node that may be about to serve, however often it failed")
    func starting() {
        var connector = self.connector()
        _ = connector.wanted(now: self.now)
        for pause in [100, 200, 250, 250] {
            _ = connector.found(self.one, now: self.now)
            let action = connector.failed(
                isPermanent: false, isStarting: true, isAwaited: true, now: self.now, chance: 1)
            #expect(action == .wait(.milliseconds(pause)))
            _ = connector.waited(now: self.now)
        }
    }

    @Test("S79: the connector makes no pause that is long in comparison with those so far", arguments: [0.1, 0.5, 1])
    func fairness(chance: Double) {
        var settings = ReconnectionSettings()
        settings.maximumDelay = .seconds(60)
        var connector = Connector(settings, now: self.now)
        _ = connector.wanted(now: self.now)
        var paused: Duration = .zero
        while paused < .seconds(100) {
            _ = connector.found(self.one, now: self.now)
            guard
                case .wait(let pause) = connector.failed(
                    isPermanent: false, isAwaited: true, now: self.now, chance: chance)
            else {
                Issue.record("gave up")
                return
            }
            // Multiplied by chance, which rounds.
            #expect(pause <= max(.milliseconds(250), paused / 8) + .nanoseconds(1))
            paused += pause
            _ = connector.waited(now: self.now)
        }
        #expect(connector.failures < 1000)
    }

    @Test("the connector does not try again what must fail the same way, until it is asked to")
    func permanent() {
        var connector = self.connector()
        _ = connector.wanted(now: self.now)
        #expect(connector.failed(isPermanent: true, isAwaited: true, now: self.now, chance: 1) == .giveUp)
        #expect(connector.wanted(now: self.now) == .find(avoiding: nil))
    }

    @Test("the connector makes as many attempts in a row as are allowed, and begins anew when it is asked to")
    func limit() {
        var connector = self.connector(2)
        for _ in 0..<3 {
            #expect(connector.wanted(now: self.now) != nil)
            for _ in 0..<2 {
                _ = connector.failed(isPermanent: false, isAwaited: true, now: self.now, chance: 1)
                _ = connector.waited(now: self.now)
            }
            #expect(connector.failed(isPermanent: false, isAwaited: true, now: self.now, chance: 1) == .giveUp)
        }
    }

    @Test("the connector replaces a lost connection at once, whether or not somebody waits, and avoids its node")
    func lost() {
        var connector = self.connected()
        #expect(connector.lost(now: self.now + .seconds(9), chance: 1) == .find(avoiding: self.one.endpoint))
        #expect(
            connector.failed(isPermanent: false, isAwaited: false, now: self.now, chance: 1)
                == .wait(.milliseconds(100)))
    }

    @Test("the connector pauses when a connection is lost as soon as it is made, longer each time")
    func flapping() {
        var connector = self.connected()
        for pause in [100, 200, 400] {
            #expect(connector.lost(now: self.now + .milliseconds(5), chance: 1) == .wait(.milliseconds(pause)))
            _ = connector.waited(now: self.now)
            _ = connector.found(self.one, now: self.now)
            connector.introduced(now: self.now)
        }
        #expect(connector.lost(now: self.now + .seconds(1), chance: 1) == .find(avoiding: self.one.endpoint))
        #expect(connector.failures == 0)
    }

    @Test("the connector replaces no connection when no attempt may be repeated")
    func noReconnection() {
        var connector = self.connected(0)
        #expect(connector.lost(now: self.now + .seconds(9), chance: 1) == .giveUp)
    }

    @Test("the connector goes over to another node once there is a connection to it, and avoids the one it left")
    func moved() {
        var connector = self.connected()
        #expect(connector.phase == .connected)
        connector.moved(to: self.other, now: self.now)
        #expect(connector.phase == .connected)
        #expect(connector.node == self.other)
        #expect(connector.lost(now: self.now + .seconds(9), chance: 1) == .find(avoiding: self.other.endpoint))
    }

    @Test("the connector takes the loss of a connection that says nothing against its node for no failure")
    func foreseen() {
        var connector = self.connected()
        #expect(connector.lost(isExcused: true, now: self.now, chance: 1) == .find(avoiding: self.one.endpoint))
        #expect(connector.failures == 0)
    }

    @Test(
        "the connector is stranded from when another node cannot be reached until the node is known to serve all requests"
    )
    func stranded() {
        var connector = self.connected()
        connector.strand()
        #expect(connector.isStranded)
        connector.moved(to: self.other, now: self.now)
        #expect(connector.isStranded)
        let answers = [NodeState.follower, .master, .master].map { connector.learned($0) }
        #expect(answers == [false, true, false])
        #expect(!connector.isStranded)
        #expect(connector.node?.role == .master)
    }

    @Test("the connector looks for a node that was not named once, until it stays or moves")
    func elsewhere() {
        var connector = self.connected()
        for change in [{ $0.stays() }, { $0.moved(to: self.other, now: self.now) }] as [(inout Connector) -> Void] {
            let answers = [connector.wantsToLookElsewhere(), connector.wantsToLookElsewhere()]
            #expect(answers == [true, false])
            change(&connector)
        }
        let answer = connector.wantsToLookElsewhere()
        #expect(answer)
    }

    @Test("the connector wants no connection once it is closed, and tells since when each phase lasts")
    func closed() {
        var connector = self.connected()
        connector.rest(now: self.now + .seconds(1))
        #expect(connector.phase == .idle)
        #expect(connector.since == self.now + .seconds(1))
        connector.close(now: self.now + .seconds(2))
        #expect(connector.wanted(now: self.now + .seconds(3)) == nil)
        _ = connector.lost(now: self.now + .seconds(3), chance: 1)
        _ = connector.found(self.one, now: self.now + .seconds(3))
        connector.rest(now: self.now + .seconds(3))
        #expect(connector.phase == .closed)
        #expect(connector.since == self.now + .seconds(2))
    }
}
