import Logging
import PhotonPumpTransport
import PhotonPumpWire
import Synchronization
import Testing

@testable import PhotonPump

@Suite("A connection")
struct ConnectionTests {
    /// The time of a test.
    private final class Clock: Sendable {
        private let time = Mutex(Environment.Instant.now)

        var now: Environment.Instant { self.time.withLock { $0 } }
        func advance(by duration: Duration) { self.time.withLock { $0 += duration } }
    }

    private let clock = Clock()
    private let transport = MemoryTransport()

    /// A connection that has nothing from the machine, with the node's name looked up already.
    private func connection(as user: String? = nil) throws -> Connection {
        let environment = Environment(
            clock: { [clock] in clock.now }, lookUp: { _, _, _, _ in }, dial: { [transport] _, _, _, _ in transport })
        var configuration = try Client.Configuration("tcp://node:1113?connectTimeout=5s")
        configuration.heartbeat.interval = .seconds(2)
        configuration.heartbeat.timeout = .seconds(3)
        let context = try ClientContext(
            configuration, environment, http: CurlGetter(), Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        let node = NodeFinder.Node(endpoint: Endpoint(host: "node"), role: nil)
        let login = try user.map { try Login(name: $0, password: "secret") }
        let connection = Connection(GUID(1, 1), to: node, as: login, nil, context) { _ in }
        connection.begin()
        try connection.located(.success([]))
        return connection
    }

    /// One that serves.
    private func serving() throws -> Connection {
        let connection = try self.connection()
        try connection.dialled()
        let question = try #require(try self.written(by: connection).first)
        #expect(try connection.introduce(with: Package(.clientIdentified, question.correlation)) == .accepted)
        connection.serve()
        return connection
    }

    /// What the connection has sent.
    private func written(by connection: Connection) throws -> [Package] {
        try connection.flush()
        return try self.transport.written()
    }

    /// The commands of the packages that it hands on.
    private func received(by connection: Connection) throws -> [Command] {
        var commands: [Command] = []
        try connection.receive { frame in
            if case .package(let package) = frame { commands.append(package.command) }
        }
        return commands
    }

    @Test("a connection introduces its user once it is dialled, and serves when the server has accepted both")
    func opening() throws {
        let connection = try self.connection(as: "admin")
        #expect(!connection.isIntroducing)
        try connection.dialled()
        #expect(connection.isIntroducing)
        let user = try #require(try self.written(by: connection).first)
        #expect(user.command == .authenticate)
        #expect(try connection.introduce(with: Package(.authenticated, user.correlation)) == .unfinished)
        let identity = try #require(try self.written(by: connection).first)
        #expect(identity.command == .identifyClient)
        #expect(try connection.introduce(with: Package(.clientIdentified, identity.correlation)) == .accepted)
        #expect(!connection.isServing)
        connection.serve()
        #expect(connection.isServing)
    }

    @Test("a connection is given up when it is not ready in time, with a reason that says how far it came")
    func overdue() throws {
        let connection = try self.connection()
        self.clock.advance(by: .seconds(4))
        try connection.lookWhetherOverdue()
        self.clock.advance(by: .seconds(1))
        let mute = #expect(throws: ConnectionFailure.self) { try connection.lookWhetherOverdue() }
        #expect(mute?.error.message == "the server did not accept the connection within 5 s")
        #expect(mute?.isStarting == false)

        try connection.dialled()
        let deaf = #expect(throws: ConnectionFailure.self) { try connection.lookWhetherOverdue() }
        #expect(deaf?.error.message.contains("no EventStore server answered") == true)
        #expect(deaf?.isStarting == true)
    }

    @Test("a connection answers heartbeats in each stage, and hands nothing of them on")
    func answeringHeartbeats() throws {
        let connection = try self.connection()
        try connection.dialled()
        let question = try #require(try self.written(by: connection).first)
        for number in 1...3 as ClosedRange<UInt64> {
            self.transport.deliver(Package(.heartbeatRequest, GUID(number, 0)), Package(.pong, GUID(9, 9)))
            #expect(try self.received(by: connection) == [.pong])
            #expect(try self.written(by: connection) == [Package(.heartbeatResponse, GUID(number, 0))])
            if number == 1 {
                _ = try connection.introduce(with: Package(.clientIdentified, question.correlation))
                connection.serve()
            } else {
                connection.leave(unanswered: [GUID(9, 9)])
            }
        }
    }

    @Test(
        "a connection asks a silent server for a sign of life, measures how long that takes, and gives the server up without one"
    )
    func silence() throws {
        let connection = try self.serving()
        self.clock.advance(by: .seconds(2))
        #expect(connection.watchForSilence() == nil)
        let ping = try #require(try self.written(by: connection).first)
        #expect(ping.command == .heartbeatRequest)
        self.clock.advance(by: .milliseconds(10))
        self.transport.deliver(Package(.heartbeatResponse, ping.correlation))
        #expect(try self.received(by: connection).isEmpty)
        #expect(connection.roundTrip == .milliseconds(10))

        self.clock.advance(by: .seconds(2))
        #expect(connection.watchForSilence() == nil)
        self.clock.advance(by: .seconds(3))
        #expect(connection.watchForSilence()?.time == .seconds(5))
    }

    @Test("a connection that was left takes the answers that are still due, each once, and nothing else")
    func leaving() throws {
        let connection = try self.serving()
        connection.leave(unanswered: [GUID(1, 0), GUID(2, 0)])
        #expect(!connection.isServing)
        let answers = [GUID(1, 0), GUID(1, 0), GUID(3, 0)].map { connection.answered($0) }
        #expect(answers == [true, false, false])
        #expect(connection.unanswered == [GUID(2, 0)])
    }

    @Test("a connection is closed for good, whichever stage it is in", arguments: 0..<4)
    func closing(stage: Int) throws {
        let connection = stage < 2 ? try self.connection() : try self.serving()
        if stage == 1 { try connection.dialled() }
        if stage == 3 { connection.leave(unanswered: [GUID(1, 0)]) }
        connection.close()
        #expect(self.transport.isClosed)
        try connection.dialled()
        connection.serve()
        connection.leave(unanswered: [GUID(2, 0)])
        #expect(!connection.isIntroducing && !connection.isServing)
        #expect(connection.unanswered.isEmpty)
        #expect(try connection.introduce(with: Package(.clientIdentified, GUID(1, 1))) == nil)
        #expect(try self.received(by: connection).isEmpty)
    }
}
