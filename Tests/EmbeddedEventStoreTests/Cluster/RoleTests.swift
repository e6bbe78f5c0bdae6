import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct RoleTests {
    private static let master: MasterInfo = {
        var info = MasterInfo()
        (info.tcpHost, info.tcpPort, info.httpHost, info.httpPort) = ("127.0.0.1", 1113, "127.0.0.1", 2113)
        return info
    }()
    private static let elsewhere = Admission.notMaster(Self.master)

    struct Row: Sendable {
        let role: Role
        /// For: nothing, events, the master's events, a change, a change by the master, what only the master has.
        let admissions: [Admission]
    }

    private static let needs: [Need] = [
        .nothing, .events(master: false), .events(master: true), .change(master: false), .change(master: true), .master,
    ]
    static let rows = [
        Row(role: .master, admissions: Array(repeating: .served, count: 6)),
        Row(
            role: .follower(of: Self.master),
            admissions: [.served, .served, Self.elsewhere, .served, Self.elsewhere, Self.elsewhere]
        ),
        Row(role: .leaderless, admissions: [.served, .served, .notReady, .notReady, .notReady, .notReady]),
        Row(
            role: .cutOff(from: Self.master),
            admissions: [.served, .served, Self.elsewhere, .forwardTimeout, Self.elsewhere, Self.elsewhere]
        ),
        Row(role: .starting(.refused), admissions: [.served, .served, .notReady, .notReady, .notReady, .notReady]),
    ]

    @Test("what a node serves depends on its role and on what is needed", arguments: Self.rows)
    func admissions(_ row: Row) {
        #expect(Self.needs.map { row.role.admission(of: $0) } == row.admissions)
    }

    /// A request with and without `require_master`, and the command that answers it.
    struct Asking: Sendable, CustomTestStringConvertible {
        let command: Command
        let answer: Command
        let payload: @Sendable (Bool) -> Bytes
        var isChange = false
        var testDescription: String { "\(self.command)" }
    }

    static let askings = [
        Asking(command: .readEvent, answer: .readEventCompleted) {
            ReadEvent(stream: "s", eventNumber: 0, resolveLinks: false, requireMaster: $0).encoded()
        },
        Asking(command: .readStreamEventsForward, answer: .readStreamEventsForwardCompleted, payload: Self.read),
        Asking(command: .readStreamEventsBackward, answer: .readStreamEventsBackwardCompleted, payload: Self.read),
        Asking(command: .readAllEventsForward, answer: .readAllEventsForwardCompleted, payload: Self.readAll),
        Asking(command: .readAllEventsBackward, answer: .readAllEventsBackwardCompleted, payload: Self.readAll),
        Asking(
            command: .writeEvents,
            answer: .writeEventsCompleted,
            payload: {
                let events = [ProposedEvent(letter: "a")]
                return WriteEvents(stream: "s", expectedVersion: -2, events: events, requireMaster: $0).encoded()
            },
            isChange: true
        ),
        Asking(
            command: .deleteStream,
            answer: .deleteStreamCompleted,
            payload: {
                DeleteStream(stream: "s", expectedVersion: -2, requireMaster: $0, hardDelete: nil).encoded()
            },
            isChange: true
        ),
        Asking(
            command: .transactionStart,
            answer: .transactionStartCompleted,
            payload: { TransactionStart(stream: "s", expectedVersion: -2, requireMaster: $0).encoded() },
            isChange: true
        ),
        Asking(
            command: .transactionWrite,
            answer: .transactionWriteCompleted,
            payload: { TransactionWrite(transactionID: 256, events: [], requireMaster: $0).encoded() },
            isChange: true
        ),
        Asking(
            command: .transactionCommit,
            answer: .transactionCommitCompleted,
            payload: { TransactionCommit(transactionID: 256, requireMaster: $0).encoded() },
            isChange: true
        ),
    ]

    @Sendable private static func read(_ requireMaster: Bool) -> Bytes {
        ReadStreamEvents(stream: "s", from: 0, maxCount: 1, resolveLinks: false, requireMaster: requireMaster).encoded()
    }

    @Sendable private static func readAll(_ requireMaster: Bool) -> Bytes {
        ReadAllEvents(
            commitPosition: 0, preparePosition: 0, maxCount: 1, resolveLinks: false, requireMaster: requireMaster
        ).encoded()
    }

    private static func ask(_ node: TestNode, _ command: Command, _ payload: Bytes, _ role: Role) -> Answer? {
        var session = Session()
        session.schema = .wide
        return node.answer(Package(command, GUID(1, 2), payload: payload), &session, as: role)
    }

    @Test("every request asks for what its kind asks for", arguments: Self.askings, Self.rows)
    func requests(_ asking: Asking, _ row: Row) throws {
        for requiresMaster in [false, true] {
            let node = TestNode { $0.write("a", to: "s") }
            let end = node.log.endPosition
            let answer = try #require(Self.ask(node, asking.command, asking.payload(requiresMaster), row.role))
            let need: Need = asking.isChange ? .change(master: requiresMaster) : .events(master: requiresMaster)
            switch row.role.admission(of: need) {
            case .served:
                #expect(answer.command == asking.answer)
            case .notReady:
                #expect(answer.message(as: NotHandled.self) == NotHandled(reason: .notReady))
            case .notMaster(let master):
                #expect(answer.message(as: NotHandled.self) == NotHandled(reason: .notMaster, master: master))
            case .forwardTimeout:
                #expect(answer.command == asking.answer)
                #expect(Self.result(answer) == .forwardTimeout)
            }
            if row.role.admission(of: need) != .served {
                #expect(node.log.endPosition == end, "a request that was refused has changed something")
            }
        }
    }

    private static func result(_ answer: Answer) -> OperationResult? {
        answer.message(as: WriteEventsCompleted.self)?.result
            ?? answer.message(as: DeleteStreamCompleted.self)?.result
            ?? answer.message(as: TransactionStartCompleted.self)?.result
            ?? answer.message(as: TransactionWriteCompleted.self)?.result
            ?? answer.message(as: TransactionCommitCompleted.self)?.result
    }

    @Test("persistent subscriptions are the master's alone", arguments: [0xC5, 0xC8, 0xCA, 0xCE] as [UInt8], Self.rows)
    func persistent(_ command: UInt8, _ row: Row) throws {
        // Field 1 is the name of the group, field 2 that of the stream, for all of them.
        let groupAndStream = Bytes([0x0A, 1, 0x67, 0x12, 1, 0x73])
        let answer = try #require(Self.ask(TestNode(), Command(rawValue: command), groupAndStream, row.role))
        switch row.role.admission(of: .master) {
        case .notMaster(let master):
            #expect(answer.message(as: NotHandled.self) == NotHandled(reason: .notMaster, master: master))
        case .notReady:
            #expect(answer.message(as: NotHandled.self) == NotHandled(reason: .notReady))
        case .served, .forwardTimeout:
            #expect(answer.command != .notHandled)
        }
    }

    @Test("pings and scavenges are served by any node", arguments: Self.rows)
    func anywhere(_ row: Row) {
        #expect(Self.ask(TestNode(), .ping, Bytes(), row.role)?.command == .pong)
        #expect(Self.ask(TestNode(), .scavengeDatabase, Bytes(), row.role)?.command == .scavengeDatabaseCompleted)
    }

    @Test("what cannot be understood is not redirected, either")
    func illegal() {
        #expect(Self.ask(TestNode(), .writeEvents, Bytes([1, 2]), .follower(of: Self.master))?.command == .badRequest)
    }

    @Test("the positions of a commit get lost on the way through a follower, and those of a write do not")
    func forwardedPositions() throws {
        let node = TestNode()
        let follower = Role.follower(of: Self.master)
        let start = TransactionStart(stream: "s", expectedVersion: -2, requireMaster: false)
        let started: TransactionStartCompleted? = node.ask(start, .transactionStart, as: follower)?.message()
        let commit = TransactionCommit(transactionID: try #require(started?.transactionID), requireMaster: false)
        let done: TransactionCommitCompleted? = node.ask(commit, .transactionCommit, as: follower)?.message()
        #expect((done?.preparePosition, done?.commitPosition) == (0, 0))
        let write = WriteEvents(
            stream: "s", expectedVersion: -2, events: [ProposedEvent(letter: "a")], requireMaster: false)
        let written: WriteEventsCompleted? = node.ask(write, .writeEvents, as: follower)?.message()
        #expect(written?.commitPosition == node.log.lastPosition)
    }
}
