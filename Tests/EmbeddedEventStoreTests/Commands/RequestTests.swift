import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// How packages are answered that are no ordinary success.
@Suite struct RequestTests {
    private static func package(_ command: UInt8, _ payload: Bytes = Bytes(), login: Login? = nil) -> Package {
        Package(Command(rawValue: command), GUID(1, 2), login: login, payload: payload)
    }

    private static func write(
        _ stream: String,
        _ expected: Int64 = -2,
        _ events: [ProposedEvent] = [ProposedEvent(letter: "a")]
    ) -> WriteEvents {
        WriteEvents(stream: stream, expectedVersion: expected, events: events, requireMaster: true)
    }

    @Test(
        "a write that cannot be meant is not understood",
        arguments: [
            Self.write(""), Self.write("s", -3), Self.write("s", -5), Self.write("s", .min),
            Self.write("s", -2, [ProposedEvent(letter: "a", type: "")]),
            Self.write("s", -2, [ProposedEvent(id: .zero, type: "t", isJSON: true, data: Bytes(), metadata: Bytes())]),
            Self.large("a", bytes: 1), Self.large("üü", bytes: 1), Self.large("🐴", bytes: 1),
            Self.large("a", bytes: 0, of: String(repeating: "ü", count: 4949)),
        ]
    )
    func illegalWrites(_ write: WriteEvents) {
        let node = TestNode()
        let answer = node.ask(write, .writeEvents)
        #expect(answer?.command == .badRequest)
        #expect(answer?.text == "Could not unwrap network package for command WriteEvents.\n")
        #expect(answer?.isLast == false)
        #expect(answer?.note != nil)
        #expect(node.log.entries.isEmpty)
    }

    @Test(
        "an event just at the limit is taken, in which two bytes count for each UTF-16 unit of a name",
        arguments: [
            Self.large("a", bytes: 0), Self.large("üü", bytes: 0), Self.large("🐴", bytes: 0),
            Self.large("a", bytes: 0, of: String(repeating: "ü", count: 4948)),
        ])
    func largestEvent(_ write: WriteEvents) {
        #expect(TestNode().ask(write, .writeEvents)?.command == .writeEventsCompleted)
    }

    /// Writes an event that goes beyond the limit for its type and data by some bytes.
    private static func large(_ type: String, bytes: Int, of stream: String = "s") -> WriteEvents {
        let count = (16 << 20) - 10_000 - 2 * type.utf16.count + bytes
        return Self.write(
            stream, -2, [ProposedEvent(letter: "a", type: type, data: String(repeating: "x", count: count))])
    }

    @Test(
        "a read that cannot be meant is not understood",
        arguments: [("", 0), ("s", -2), ("s", .min)] as [(String, Int64)])
    func illegalReads(_ stream: String, _ number: Int64) {
        let node = TestNode()
        let event = ReadEvent(stream: stream, eventNumber: number, resolveLinks: false, requireMaster: true)
        #expect(node.ask(event, .readEvent)?.command == .badRequest)
        let slice = ReadStreamEvents(
            stream: stream, from: number, maxCount: 1, resolveLinks: false, requireMaster: true)
        #expect(node.ask(slice, .readStreamEventsForward)?.command == .badRequest)
        #expect(node.ask(slice, .readStreamEventsBackward)?.command == .badRequest)
    }

    @Test(
        "a command no client may send is not understood",
        arguments: [
            (0x00, "0.\n"), (0x04, "Pong.\n"), (0x99, "153.\n"), (0xB1, "ReadEventCompleted.\n"),
            (0xF3, "Authenticated.\n"),
            (0xFF, "255.\nIndex was outside the bounds of the array."),
        ] as [(UInt8, String)]
    )
    func commands(_ command: UInt8, _ end: String) {
        let node = TestNode()
        var session = Session()
        let answer = node.answer(Self.package(command), &session)
        #expect(answer?.command == .badRequest)
        #expect(answer?.text == "Could not unwrap network package for command \(end)")
    }

    @Test(
        "an answer to a write, a bad request and a sign of life are taken silently",
        arguments: [0x83, 0xF0, 0x02] as [UInt8])
    func silent(_ command: UInt8) {
        let node = TestNode()
        var session = Session()
        #expect(node.answer(Self.package(command), &session) == nil)
    }

    @Test("a trusted write ends the connection, whatever it is")
    func trustedWrite() {
        let node = TestNode()
        var session = Session()
        var package = Self.package(0x03)
        package.flags = 0x02
        let answer = node.answer(package, &session)
        #expect(answer?.command == .badRequest)
        #expect(answer?.isLast == true)
    }

    @Test("a client of a version to come is understood no more", arguments: [2, 7, -1, .max] as [Int32])
    func unknownVersion(_ version: Int32) {
        let node = TestNode()
        var session = Session()
        let identify = IdentifyClient(version: version, connectionName: "new").encoded()
        #expect(node.answer(Self.package(0xF5, identify), &session)?.command == .clientIdentified)
        #expect(session.connectionName == "new")
        let answer = node.answer(Self.package(0x03), &session)
        #expect(
            answer?.text
                == "Could not unwrap network package for command Ping.\nIndex was outside the bounds of the array."
        )
    }

    @Test("an identification that cannot be read is not answered and changes nothing")
    func unreadableIdentification() {
        let node = TestNode()
        var session = Session()
        session.schema = .wide
        #expect(node.answer(Self.package(0xF5, Bytes([0xFF, 0xFF])), &session) == nil)
        #expect(session.schema == .wide)
    }

    @Test("a refused login is remembered, and a request with a right one is done all the same")
    func refusedLogin() throws {
        let node = TestNode()
        var session = Session()
        let wrong = try Login(name: "admin", password: "wrong")
        #expect(node.answer(Self.package(0xF2, login: wrong), &session)?.text == "Unauthorized")
        #expect(node.answer(Self.package(0x03), &session)?.text == "Not Authenticated")
        #expect(node.answer(Self.package(0x99), &session)?.text == "Not Authenticated")
        #expect(node.answer(Self.package(0x01), &session)?.command == .heartbeatResponse)
        #expect(try node.answer(Self.package(0x03, login: .admin), &session)?.command == .pong)
        #expect(node.answer(Self.package(0x03), &session)?.command == .notAuthenticated)
        #expect(node.answer(Self.package(0xF2), &session)?.text == "No user credentials provided.")
        #expect(node.answer(Self.package(0x03), &session)?.command == .notAuthenticated)
        #expect(try node.answer(Self.package(0xF2, login: .admin), &session)?.command == .authenticated)
        #expect(node.answer(Self.package(0x03), &session)?.command == .pong)
        #expect(node.answer(Self.package(0x03, login: wrong), &session)?.text == "Not Authenticated")
    }

    @Test("nobody writes to $all, and nobody below an administrator to a system stream")
    func deniedWrites() throws {
        let node = TestNode()
        let ops = try Login(name: "ops", password: "changeit")
        for (stream, login) in [("$all", try Login.admin), ("$x", nil), ("$x", ops), ("$$$$x", try Login.admin)] {
            let answer = node.ask(Self.write(stream), .writeEvents, login: login)
            let completed = try #require(answer?.message(as: WriteEventsCompleted.self))
            #expect(completed == WriteEventsCompleted(result: .accessDenied, message: "Access denied."), "\(stream)")
        }
        let answer = node.ask(Self.write("$x"), .writeEvents, login: try .admin)
        #expect(answer?.message(as: WriteEventsCompleted.self)?.result == .success)
    }
}
