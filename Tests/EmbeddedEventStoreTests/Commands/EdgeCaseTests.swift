import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// What a 4.1.4 answers to requests that well-behaved clients do not send.
@Suite struct EdgeCaseTests {
    private static func refusal(_ answer: Answer?) -> Bool {
        answer?.command == .badRequest && answer?.isLast == false
    }

    @Test(
        "S73: events that are repeated in another order are answered if the last is next to the first, or behind it",
        arguments: [
            ("ba", (1, 0)), ("aba", (0, 0)), ("ac", (0, 2)), ("bab", (1, 1)), ("bac", (1, 2)),
            ("ca", nil), ("cba", nil), ("dcba", nil), ("da", nil),
        ] as [(String, (Int64, Int64)?)]
    )
    func order(_ letters: String, _ numbers: (first: Int64, last: Int64)?) {
        for expected in [-2, -4] as [Int64] {
            let node = TestNode { $0.write("abcd", to: "s") }
            let events = letters.map { ProposedEvent(letter: $0) }
            let write = WriteEvents(stream: "s", expectedVersion: expected, events: events, requireMaster: true)
            let answer = node.ask(write, .writeEvents)
            let done: WriteEventsCompleted? = answer?.message()
            #expect((answer == nil) == (numbers == nil))
            #expect(done?.firstEventNumber == numbers?.first)
            #expect(done?.lastEventNumber == numbers?.last)
            #expect(node.log.entries.count == 4)
        }
    }

    @Test("a subscription without a stream's name is one to all, for those who may")
    func nameless() throws {
        let node = TestNode { $0.write("ab", to: "s") }
        for (login, isAllowed) in [(try Login.admin, true), (nil, false)] as [(Login?, Bool)] {
            var session = Session()
            session.schema = .wide
            // Only resolve_link_tos, and nothing at all.
            for payload in [Bytes([0x10, 0x00]), Bytes()] {
                let package = Package(.subscribeToStream, GUID(1, 2), login: login, payload: payload)
                let answer = try #require(node.answer(package, &session))
                if isAllowed {
                    let confirmation: SubscriptionConfirmation = try #require(answer.message())
                    #expect(confirmation.lastCommitPosition == node.log.lastCommitPosition)
                    #expect(confirmation.lastEventNumber == nil)
                } else {
                    #expect(answer.message(as: SubscriptionDropped.self)?.reason == .accessDenied)
                }
            }
        }
    }

    @Test("refusals and acknowledgements of nothing, refusals of unknown kinds and negative slots are bad requests")
    func persistent() {
        let node = TestNode { $0.write("abc", to: "s") }
        let client = TestClient(node)
        client.create()
        #expect(Self.refusal(client.connect(limit: -1)))
        client.connect(limit: 1)
        _ = node.told()
        let nothing = PersistentSubscriptionAckEvents(subscriptionID: "s::g", eventIDs: [])
        #expect(Self.refusal(client.send(nothing, .persistentSubscriptionAckEvents)))
        for (ids, action) in [([], 2), ([GUID(letter: "a")], 5)] as [([GUID], UInt32)] {
            let nak = PersistentSubscriptionNakEvents(
                subscriptionID: "s::g", eventIDs: ids, message: nil, action: .init(rawValue: action))
            #expect(Self.refusal(client.send(nak, .persistentSubscriptionNakEvents)))
        }
        #expect(node.told() == [])
    }

    @Test("an event that is refused twice at once is delivered again once")
    func twice() {
        let node = TestNode { $0.write("abcd", to: "s") }
        let client = TestClient(node)
        client.create()
        client.connect(limit: 2)
        #expect(node.told() == ["1/1 0@s", "1/1 1@s"])
        client.nak([GUID(letter: "a"), GUID(letter: "a")], .retry)
        #expect(node.told() == ["1/1 0@s+1"])
    }

    @Test("a transaction cannot expect that its stream exists")
    func transactionOnExisting() {
        let start = TransactionStart(stream: "s", expectedVersion: -4, requireMaster: true)
        #expect(Self.refusal(TestNode().ask(start, .transactionStart)))
    }

    private static func transaction(_ node: TestNode, _ letters: String) throws -> Int64 {
        let start = TransactionStart(stream: "s", expectedVersion: -2, requireMaster: true)
        let started: TransactionStartCompleted = try #require(node.ask(start, .transactionStart)?.message())
        let events = letters.map { ProposedEvent(letter: $0) }
        let write = TransactionWrite(transactionID: started.transactionID, events: events, requireMaster: true)
        #expect(node.ask(write, .transactionWrite) != nil)
        return started.transactionID
    }

    private static func commit(_ node: TestNode, _ id: Int64) throws -> TransactionCommitCompleted {
        try #require(node.ask(TransactionCommit(transactionID: id, requireMaster: true), .transactionCommit)?.message())
    }

    @Test("a commit that names a place inside a transaction times out, as if its beginning were still to come")
    func place() throws {
        let node = TestNode()
        let id = try Self.transaction(node, "abc")
        #expect(try Self.commit(node, id).result == .success)
        for entry in node.log.entries {
            let answer = try Self.commit(node, entry.prepare.lowerBound)
            #expect((answer.result, answer.message) == (.prepareTimeout, "Prepare phase timeout."))
            #expect(answer.transactionID == entry.prepare.lowerBound)
            #expect(try Self.commit(node, entry.prepare.lowerBound + 1).result == .accessDenied)
        }
        #expect(try Self.commit(node, node.log.lastCommitPosition).result == .accessDenied)
        #expect(node.log.entries.count == 3)
    }

    @Test("a transaction without events can be committed again and again")
    func emptyTransaction() throws {
        let node = TestNode()
        let id = try Self.transaction(node, "")
        let positions = try (0..<2).map { _ in
            let answer = try Self.commit(node, id)
            #expect((answer.result, answer.firstEventNumber, answer.lastEventNumber) == (.success, 0, -1))
            return answer.commitPosition ?? -1
        }
        #expect(0 < positions[0] && positions[0] < positions[1])
    }

    @Test("a page that is too large is refused before its position is looked at", arguments: [-5, -1, 0] as [Int64])
    func tooLarge(_ position: Int64) {
        let answer = TestNode().readAll(from: (position, position), count: 4097)
        #expect(answer?.error == "Read size too big, should be less than 4096 items")
        #expect((answer?.commitPosition, answer?.preparePosition) == (position, position))
    }
}
