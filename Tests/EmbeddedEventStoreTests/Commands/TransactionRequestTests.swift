import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct TransactionRequestTests {
    private static func start(
        _ node: TestNode, _ stream: String, _ expected: Int64 = -2, login: Login? = nil
    ) -> TransactionStartCompleted? {
        let start = TransactionStart(stream: stream, expectedVersion: expected, requireMaster: true)
        return node.ask(start, .transactionStart, login: login)?.message()
    }

    private static func write(_ node: TestNode, _ id: Int64, _ letters: String) -> TransactionWriteCompleted? {
        let events = letters.map { ProposedEvent(letter: $0) }
        let write = TransactionWrite(transactionID: id, events: events, requireMaster: true)
        return node.ask(write, .transactionWrite)?.message()
    }

    private static func commit(
        _ node: TestNode, _ id: Int64, login: Login? = nil
    ) -> TransactionCommitCompleted? {
        let commit = TransactionCommit(transactionID: id, requireMaster: true)
        return node.ask(commit, .transactionCommit, login: login)?.message()
    }

    @Test("each step may come over another connection")
    func steps() throws {
        let node = TestNode()
        let id = try #require(Self.start(node, "s")?.transactionID)
        for letters in ["a", "", "bc"] {
            #expect(Self.write(node, id, letters) == TransactionWriteCompleted(transactionID: id, result: .success))
        }
        let end = node.log.endPosition
        let done = TransactionCommitCompleted(
            transactionID: id,
            result: .success,
            firstEventNumber: 0,
            lastEventNumber: 2,
            preparePosition: end,
            commitPosition: end
        )
        #expect(Self.commit(node, id) == done)
        let again = try #require(Self.commit(node, id))
        #expect(again.preparePosition == -1)
        #expect(again.lastEventNumber == 2)
        #expect(node.readStream("s")?.events.count == 3)
    }

    @Test(
        "a failed commit says why, with numbers that mean nothing",
        arguments: [
            ("s", 7, .wrongExpectedVersion, "Wrong expected version."),
            ("hard", -2, .streamDeleted, "Stream is deleted."),
        ] as [(String, Int64, OperationResult, String)]
    )
    func failures(_ stream: String, _ expected: Int64, _ result: OperationResult, _ message: String) throws {
        let node = TestNode { $0.delete("hard", hard: true) }
        let id = try #require(Self.start(node, stream, expected)?.transactionID)
        _ = Self.write(node, id, "a")
        #expect(
            Self.commit(node, id) == TransactionCommitCompleted(transactionID: id, result: result, message: message))
    }

    @Test("who may not write to the stream may neither begin nor commit")
    func access() throws {
        let node = TestNode()
        let refused = TransactionStartCompleted(transactionID: -1, result: .accessDenied, message: "Access denied.")
        #expect(Self.start(node, "$system") == refused)
        #expect(Self.start(node, "$all") == refused)
        let id = try #require(Self.start(node, "$system", login: .admin)?.transactionID)
        #expect(Self.write(node, id, "a")?.result == .success)
        #expect(Self.commit(node, id)?.result == .accessDenied)
        #expect(try Self.commit(node, id, login: .admin)?.result == .success)
    }

    @Test("a transaction that never was can be written to, but not committed", arguments: [0, 1, 4096, Int64.max])
    func unknown(_ id: Int64) {
        let node = TestNode()
        #expect(Self.write(node, id, "a")?.result == .success)
        #expect(
            Self.commit(node, id)
                == TransactionCommitCompleted(transactionID: id, result: .accessDenied, message: "Access denied."))
    }

    @Test("the place of a write without a transaction is an id, too: of one that was committed")
    func plainWrites() throws {
        func place(_ node: TestNode, _ number: Int, _ stream: String) throws -> Int64 {
            let entry = node.log.entries.first {
                $0.record.stream.text == stream && $0.record.number == number && $0.isOwnCommit
            }
            return try #require(entry).prepare.lowerBound
        }
        let node = TestNode {
            $0.write("abc", to: "s")
            $0.write("d", to: "s")
            $0.write("e", to: "hard")
            $0.write("f", to: "$system")
        }
        func done(_ id: Int64, _ numbers: ClosedRange<Int64>) -> TransactionCommitCompleted {
            TransactionCommitCompleted(
                transactionID: id, result: .success, firstEventNumber: numbers.lowerBound,
                lastEventNumber: numbers.upperBound, preparePosition: -1, commitPosition: -1)
        }
        let (first, middle, next) = (try place(node, 0, "s"), try place(node, 1, "s"), try place(node, 3, "s"))
        #expect(Self.commit(node, first) == done(first, 0...2))
        #expect(Self.write(node, first, "g")?.result == .success)
        #expect(Self.commit(node, first) == done(first, 0...2))
        #expect(Self.commit(node, middle)?.result == .prepareTimeout)
        #expect(Self.commit(node, next) == done(next, 3...3))
        #expect(Self.commit(node, next + 1)?.result == .accessDenied)
        let system = try place(node, 0, "$system")
        #expect(Self.commit(node, system)?.result == .accessDenied)
        #expect(try Self.commit(node, system, login: .admin) == done(system, 0...0))
        let gone = try place(node, 0, "hard")
        let delete = DeleteStream(stream: "hard", expectedVersion: -2, requireMaster: true, hardDelete: true)
        #expect(node.ask(delete, .deleteStream)?.command == .deleteStreamCompleted)
        #expect(Self.commit(node, gone)?.result == .streamDeleted)
        #expect(node.log.entries.count == 7)
    }

    @Test("negative ids, no stream and versions that mean nothing are not understood")
    func illegal() {
        let node = TestNode()
        #expect(Self.start(node, "") == nil)
        #expect(Self.start(node, "s", -3) == nil)
        #expect(Self.write(node, -1, "") == nil)
        #expect(Self.commit(node, .min) == nil)
        let zero = ProposedEvent(id: .zero, type: "t", isJSON: true, data: Bytes(), metadata: Bytes())
        let write = TransactionWrite(transactionID: 1, events: [zero], requireMaster: true)
        #expect(node.ask(write, .transactionWrite)?.command == .badRequest)
    }
}
