import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite("A persistent subscription")
struct PersistentGroupTests {
    @Test("a persistent subscription reads from where it is to begin and goes on with what is committed")
    func history() {
        var group = GroupUnderTest(.tested.with { $0.startFrom = 2 }, count: 4)
        group.join("a")
        #expect(group.pushes() == "a2 a3")
        group.commit()
        #expect(group.pushes() == "a4")
    }

    @Test("a group begins with the next event when it starts from the end, and behind its checkpoint when it has one")
    func startFrom() {
        var live = GroupUnderTest(.tested.with { $0.startFrom = -1 }, count: 2)
        live.join("a")
        live.commit()
        #expect(live.pushes() == "a2")
        var resumed = GroupUnderTest(.tested.with { $0.startFrom = -1 }, checkpoint: 0, count: 3)
        resumed.join("a")
        #expect(resumed.pushes() == "a1 a2")
    }

    @Test("a persistent subscription has no more events in flight per consumer than allowed")
    func limit() {
        var group = GroupUnderTest(count: 5)
        group.join("a", limit: 2)
        #expect(group.pushes() == "a0 a1")
        group.ack(0)
        #expect(group.pushes() == "a2")
        group.ack(1, 2)
        #expect(group.pushes() == "a3 a4")
    }

    @Test("a persistent subscription pushes nothing to a consumer that allows nothing")
    func noLimit() {
        var group = GroupUnderTest(count: 1)
        group.join("a", limit: 0)
        #expect(group.pushes() == "")
    }

    @Test("a persistent subscription reads on as its buffer empties, in pages, and delivers every event once")
    func paging() {
        var group = GroupUnderTest(.tested.with { ($0.bufferSize, $0.readBatchSize) = (12, 10) }, count: 100)
        group.join("a", limit: 5)
        var seen: [String] = []
        for _ in 0..<100 {
            let pushes = group.pushes().split(separator: " ").map(String.init)
            seen += pushes
            for push in pushes { group.ack(Int64(push.dropFirst()) ?? -1) }
        }
        #expect(seen == (0..<100).map { "a\($0)" })
    }

    @Test(
        "a group falls behind when too much is committed, reads that, and is live again, without a gap or a repetition",
        arguments: [22, 23, 26, 60]
    )
    func fallingBehind(count: Int) {
        let settings = PersistentSubscriptionSettings.tested.with {
            ($0.startFrom, $0.bufferSize, $0.liveBufferSize, $0.readBatchSize) = (-1, 20, 5, 10)
        }
        var group = GroupUnderTest(settings)
        group.join("a", limit: 1)
        group.commit(count)
        #expect(group.info().status == "Behind")
        var seen: [String] = []
        for round in 0..<80 {
            let pushes = group.pushes().split(separator: " ").map(String.init)
            seen += pushes
            for push in pushes { group.ack(Int64(push.dropFirst()) ?? -1) }
            if round == 70 { group.commit(3) }
        }
        #expect(seen == (0..<count + 3).map { "a\($0)" })
        #expect(group.info().status == "Live")
    }

    @Test("a persistent subscription never reads when a page does not fit into its buffer, like a real one")
    func bufferAsLargeAsAPage() {
        var group = GroupUnderTest(.tested.with { ($0.bufferSize, $0.readBatchSize) = (10, 10) }, count: 3)
        group.join("a")
        #expect(group.pushes() == "")
    }

    @Test(
        "a persistent subscription retries what was refused, and parks it when that is too often",
        arguments: [PersistentSubscriptionNakEvents.Action.retry, .unknown]
    )
    func retry(_ action: PersistentSubscriptionNakEvents.Action) {
        var group = GroupUnderTest(.tested.with { $0.maxRetryCount = 2 }, count: 2)
        group.join("a", limit: 1)
        #expect(group.pushes() == "a0")
        group.nak(action, 0)
        #expect(group.pushes() == "a0+1")
        group.nak(action, 0)
        #expect(group.pushes() == "a0+2")
        group.nak(action, 0)
        #expect(group.parked == ["0: Reached retry count of 2"])
        #expect(group.pushes() == "a1")
    }

    @Test("a persistent subscription parks at once on demand, and says why")
    func park() {
        var group = GroupUnderTest(count: 2)
        group.join("a", limit: 1)
        group.nak(.park, 0)
        #expect(group.parked == ["0: Client explicitly NAK'ed message.\nwhy"])
        #expect(group.pushes() == "a0 a1")
    }

    @Test(
        "a persistent subscription takes what is skipped, stopped or refused in an unknown way for dealt with",
        arguments: [PersistentSubscriptionNakEvents.Action.skip, .stop, .init(rawValue: 9)]
    )
    func skip(_ action: PersistentSubscriptionNakEvents.Action) {
        var group = GroupUnderTest(count: 2)
        group.join("a", limit: 1)
        group.nak(action, 0)
        #expect(group.pushes() == "a0 a1")
        #expect(group.parked.isEmpty)
        #expect(group.info().totalInFlightMessages == 1)
    }

    @Test("a persistent subscription delivers again what was not acknowledged in time, before anything newer")
    func timeout() {
        var group = GroupUnderTest(.tested.with { ($0.messageTimeout, $0.maxRetryCount) = (100, 1) }, count: 3)
        group.join("a", limit: 2)
        #expect(group.pushes() == "a0 a1")
        group.tick(now: 99)
        #expect(group.pushes() == "")
        group.ack(0)
        #expect(group.pushes() == "a2")
        group.tick(now: 100)
        #expect(group.pushes() == "a1+1 a2+1")
        group.tick(now: 200)
        #expect(group.parked == ["1: Reached retry count of 1", "2: Reached retry count of 1"])
    }

    @Test("a persistent subscription waits for ever when there is no timeout")
    func noTimeout() {
        var group = GroupUnderTest(count: 1)
        group.join("a")
        group.tick(now: .max / 2)
        #expect(group.pushes() == "a0")
    }

    @Test(
        "a persistent subscription gives the others what a consumer leaves behind, in order, and counts from one again")
    func leave() {
        var group = GroupUnderTest(count: 3)
        group.join("a")
        group.nak(.retry, 1)
        group.nak(.retry, 1)
        _ = group.pushes()
        group.join("b")
        group.leave("a")
        #expect(group.pushes() == "b0+1 b1+1 b2+1")
        group.ack(0, 1, 2, by: "b")
        group.leave("b")
        group.join("c")
        #expect(group.pushes() == "")
    }

    @Test("a persistent subscription frees no slot when somebody else acknowledges, but takes the event for dealt with")
    func foreignAck() {
        var group = GroupUnderTest(.tested.with { $0.messageTimeout = 1 }, count: 2)
        group.join("a", limit: 1)
        group.ack(0, by: "x")
        group.tick(now: 1)
        #expect(group.pushes() == "a0")
        group.ack(0)
        #expect(group.pushes() == "a1")
    }

    @Test("a persistent subscription ignores acknowledgements of events that nobody has")
    func strayAck() {
        var group = GroupUnderTest(count: 2)
        group.join("a", limit: 1)
        group.ack(1, 77)
        group.nak(.park, 77)
        #expect(group.pushes() == "a0")
        #expect(group.parked.isEmpty)
    }

    @Test("a persistent subscription delivers parked events again, and takes nothing from their numbers for progress")
    func replay() throws {
        var group = GroupUnderTest(.tested.with { $0.maxCheckpointCount = 1 }, count: 1)
        group.join("a")
        group.ack(0)
        let link = EventRecord(
            stream: Bytes(utf8: "parked"), number: 500, id: GUID(9, 9), type: LinkTarget.eventType, isJSON: false,
            data: Bytes(utf8: "0@s"), metadata: Bytes(), created: 0)
        let event = try #require(GroupEvent(ResolvedRecord(event: nil, link: link), isReplayed: true))
        group.act { $0.replay([event], now: 0) }
        #expect(group.pushes() == "a0 a500")
        group.act { $0.acknowledge([GUID(9, 9)], by: Subscriber(letter: "a"), now: 0) }
        #expect(group.checkpoints == [0])
    }

    @Test("a persistent subscription takes a tombstone for no progress")
    func tombstone() throws {
        var group = GroupUnderTest(.tested.with { $0.maxCheckpointCount = 1 })
        group.join("a")
        let record = EventRecord(
            stream: Bytes(utf8: "s"), number: .max, id: GUID(9, 9), type: Bytes(utf8: "$streamDeleted"),
            isJSON: false, data: Bytes(), metadata: Bytes(), created: 0)
        let event = try #require(GroupEvent(ResolvedRecord(event: record, link: nil)))
        group.act { $0.committed(event, now: 0) }
        group.act { $0.acknowledge([GUID(9, 9)], by: Subscriber(letter: "a"), now: 0) }
        #expect(group.pushes() == "a\(Int64.max)")
        #expect(group.checkpoints.isEmpty)
    }

    @Test("a persistent subscription is full at its limit of consumers")
    func full() {
        var group = GroupUnderTest(.tested.with { $0.maxSubscriberCount = 1 })
        #expect(!group.group.isFull)
        group.join("a")
        #expect(group.group.isFull)
        group.leave("a")
        #expect(!group.group.isFull)
    }

    @Test("a persistent subscription survives settings that make no sense")
    func hostileSettings() {
        for size in [Int32.min, -1, 0, 1, Int32.max] {
            let settings = PersistentSubscriptionSettings.tested.with {
                ($0.liveBufferSize, $0.readBatchSize, $0.bufferSize, $0.maxRetryCount) = (size, size, size, size)
                ($0.messageTimeout, $0.checkpointAfter, $0.maxSubscriberCount) = (size, size, size)
                ($0.maxCheckpointCount, $0.minCheckpointCount) = (size, size)
            }
            for start in [Int64.min, -1, 0, .max] {
                var group = GroupUnderTest(settings.with { $0.startFrom = start }, count: 3)
                group.join("a", limit: 1)
                group.commit(5)
                group.ack(0)
                group.nak(.retry, 1)
                group.tick(now: 1_000_000)
                group.leave("a")
            }
        }
    }
}
