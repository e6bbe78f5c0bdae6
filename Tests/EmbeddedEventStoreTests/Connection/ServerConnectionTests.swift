import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// A connection against a scripted socket.
@Suite struct ServerConnectionTests {
    private let transport = ScriptedTransport()
    private let faults = FaultInjector()
    private let connection: ServerConnection

    init() {
        self.connection = ServerConnection(
            PackageChannel(self.transport),
            EmbeddedServer.Configuration(),
            faults: self.faults,
            executor: QueueExecutor(label: "connection"),
            environment: .system,
            logger: .silent
        )
        // What happens is played by the tests.
        self.connection.activate { _ in }
    }

    /// Lets packages arrive, and other bytes right behind them.
    private func arrive(_ packages: [Package], and rest: [UInt8] = []) {
        let buffer = OutboundBuffer()
        for package in packages { buffer.append(package) }
        buffer.drain { bytes in
            self.transport.reads.append(.success(Array(bytes) + rest))
            return bytes.count
        }
    }

    /// The packages sent so far.
    private func sent() throws -> [Package] {
        var decoder = FrameDecoder()
        self.transport.written.withUnsafeBytes { decoder.append($0) }
        var packages: [Package] = []
        while let package = try decoder.next() { packages.append(package) }
        return packages
    }

    private func makeRoom(_ room: [Int]) {
        self.transport.room = room
        self.transport.report(.writable)
    }

    /// Answers each ping with `size` bytes.
    private func handle(_ event: ServerConnection.Event, size: Int = 0) throws(ConnectionEnd) {
        try self.connection.handle(event, now: .now) { package, _ in
            Answer(command: .pong, content: .payload(Bytes([UInt8](repeating: 1, count: size))))
        }
    }

    @Test("a client that does not take its replies is held up, and gets them all in order when it does")
    func backPressure() throws {
        let pings = (1...100).map { Package(.ping, GUID(0, $0)) }
        self.arrive(pings)
        self.transport.room = [1_000, 0]
        try self.handle(.readable, size: 100_000)
        #expect(self.transport.isPaused)
        #expect(self.transport.written.count == 1_000)

        // A writable socket with room for a little does not change that.
        self.makeRoom([100_000, 0])
        try self.handle(.writable, size: 100_000)
        #expect(self.transport.isPaused)

        self.makeRoom([])
        try self.handle(.writable, size: 100_000)
        // On a slow machine others have their turn in between.
        for _ in pings where self.transport.isPaused { try self.handle(.nextTurn, size: 100_000) }
        #expect(!self.transport.isPaused)
        #expect(try self.sent().map(\.correlation) == pings.map(\.correlation))
    }

    @Test("no more replies are made than the client is behind with")
    func bound() throws {
        self.arrive((1...1_000).map { Package(.ping, GUID(0, $0)) })
        self.transport.room = [0]
        var made = 0
        try self.connection.handle(.readable, now: .now) { _, _ in
            made += 1
            return Answer(command: .pong, content: .payload(Bytes([UInt8](repeating: 1, count: 100_000))))
        }
        #expect(made == 11)
    }

    @Test("a sign of life is given while other replies wait")
    func heartbeatsOvertake() throws {
        self.transport.room = [0]
        self.arrive([Package(.ping, GUID(0, 1)), Package(.ping, GUID(0, 2)), Package(.heartbeatRequest, GUID(0, 3))])
        try self.handle(.readable, size: 2 << 20)
        self.makeRoom([(2 << 20) + 200, 0])
        try self.handle(.writable, size: 2 << 20)
        #expect(try self.sent().map(\.command) == [.heartbeatResponse, .pong])
    }

    @Test("a client that closes is answered before the connection ends")
    func endOfStream() throws {
        self.arrive([Package(.ping, GUID(0, 1))])
        try self.handle(.readable)
        self.transport.isEnded = true
        #expect(throws: ConnectionEnd.self) { try self.handle(.readable) }
        self.connection.close(.serverStopped)
        #expect(try self.sent().count == 1)
        #expect(self.transport.isClosed)
    }

    @Test("broken bytes are named under the zero id, behind the answers to what came before them")
    func brokenFrame() throws {
        self.arrive([Package(.ping, GUID(0, 1))], and: [3, 0, 0, 0, 1, 2, 3])
        #expect(throws: ConnectionEnd.self) { try self.handle(.readable) }
        self.connection.close(.serverStopped)
        let sent = try self.sent()
        #expect(sent.map(\.command) == [.pong, .badRequest])
        #expect(sent.last?.correlation == .zero)
    }

    @Test("a last answer ends the connection, and what follows is not looked at")
    func lastAnswer() throws {
        self.arrive([Package(.ping, GUID(0, 1)), Package(.ping, GUID(0, 2))])
        #expect(throws: ConnectionEnd.self) {
            try self.connection.handle(.readable, now: .now) { _, _ in .trustedWriteRefused }
        }
        self.connection.close(.refused)
        #expect(try self.sent().map(\.correlation) == [GUID(0, 1)])
    }

    @Test("a server that sends nothing takes in no more than for a client that is behind, and then goes on")
    func stalledWrites() throws {
        let (id, record) = self.faults.add(.stallWrites)
        let pings = (1...1_000).map { Package(.ping, GUID(0, $0)) }
        self.arrive(pings)
        var made = 0
        func handle(_ event: ServerConnection.Event) throws(ConnectionEnd) {
            try self.connection.handle(event, now: .now) { _, _ in
                made += 1
                return Answer(command: .pong, content: .payload(Bytes([UInt8](repeating: 1, count: 100_000))))
            }
        }
        try handle(.readable)
        #expect(made == 11)
        #expect(record.count > 0)
        #expect(self.transport.isPaused)
        #expect(self.transport.written.isEmpty)
        self.faults.remove(id)
        try handle(.lifted(id))
        while made < pings.count { try handle(.nextTurn) }
        #expect(!self.transport.isPaused)
        #expect(try self.sent().map(\.correlation) == pings.map(\.correlation))
    }

    @Test(
        "a client that cannot be heard, or not be asked, is not given up",
        arguments: [
            EmbeddedServer.Fault.stallReads, .stallWrites,
        ])
    func stalled(_ stall: EmbeddedServer.Fault) throws {
        let start = Environment.Instant.now
        // It has been asked when the fault begins.
        try self.connection.handle(.timer, now: start + .seconds(2)) { _, _ in nil }
        let (id, _) = self.faults.add(stall)
        for second in 3...20 {
            try self.connection.handle(.timer, now: start + .seconds(second)) { _, _ in nil }
        }
        self.faults.remove(id)
        // From now on its silence is its own.
        try self.connection.handle(.timer, now: start + .seconds(22.5)) { _, _ in nil }
        #expect(throws: ConnectionEnd.self) {
            for second in 23...26 {
                try self.connection.handle(.timer, now: start + .seconds(second)) { _, _ in nil }
            }
        }
    }

    @Test("a client that is held up gives a sign of life by taking its replies")
    func slowClient() throws {
        let start = Environment.Instant.now
        self.transport.room = [0]
        self.arrive([Package(.ping, GUID(0, 1))])
        try self.connection.handle(.readable, now: start) { _, _ in
            Answer(command: .pong, content: .payload(Bytes([UInt8](repeating: 1, count: 2 << 20))))
        }
        try self.connection.handle(.timer, now: start + .seconds(2)) { _, _ in nil }
        self.makeRoom([1_000, 0])
        try self.connection.handle(.writable, now: start + .seconds(2.5)) { _, _ in nil }
        try self.connection.handle(.timer, now: start + .seconds(3)) { _, _ in nil }
        try self.connection.handle(.timer, now: start + .seconds(4.5)) { _, _ in nil }
        #expect(throws: ConnectionEnd.self) {
            try self.connection.handle(.timer, now: start + .seconds(5.5)) { _, _ in nil }
        }
    }
}
