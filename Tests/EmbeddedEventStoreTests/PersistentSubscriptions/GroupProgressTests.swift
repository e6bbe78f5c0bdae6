import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// The rules alone; ``GroupCheckpointTests`` shows them at work.
@Suite struct GroupProgressTests {
    private static func progress(_ minimum: Int32, _ maximum: Int32, after age: Int32) -> GroupProgress {
        let settings = PersistentSubscriptionSettings.tested.with {
            ($0.minCheckpointCount, $0.maxCheckpointCount, $0.checkpointAfter) = (minimum, maximum, age)
        }
        return GroupProgress(GroupTerms("s", "g", settings, .roundRobin))
    }

    private static func event(_ number: Int64, isReplayed: Bool = false) throws -> GroupEvent {
        let record = EventRecord(
            stream: Bytes(utf8: "s"), number: number, id: .zero, type: Bytes(utf8: "T"), isJSON: false, data: Bytes(),
            metadata: Bytes(), created: 0)
        return try #require(GroupEvent(ResolvedRecord(event: record, link: nil), isReplayed: isReplayed))
    }

    @Test("much progress is saved at once, up to the first event that is pending")
    func much() throws {
        var progress = Self.progress(1, 3, after: 1_000)
        try progress.delivered(Self.event(1))
        #expect(progress.checkpoint(isTick: false, now: 0) { _ in nil } == nil)
        try progress.delivered(Self.event(9))
        #expect(progress.checkpoint(isTick: false, now: 0) { _ in 2 } == nil)
        #expect(progress.checkpoint(isTick: false, now: 0) { $0 - 4 } == 4)
        #expect(progress.saved == 4)
        #expect(progress.checkpoint(isTick: false, now: 0) { _ in nil } == 9)
        #expect(progress.checkpoint(isTick: false, now: 0) { _ in nil } == nil)
    }

    @Test("some progress is saved when a tick finds the last checkpoint old, and none is not")
    func some() throws {
        var progress = Self.progress(2, 100, after: 1_000)
        try progress.delivered(Self.event(0))
        #expect(progress.checkpoint(isTick: true, now: 0) { _ in nil } == nil)
        try progress.delivered(Self.event(1))
        #expect(progress.checkpoint(isTick: false, now: 0) { _ in nil } == nil)
        #expect(progress.checkpoint(isTick: true, now: 0) { _ in nil } == 1)
        try progress.delivered(Self.event(5))
        #expect(progress.checkpoint(isTick: true, now: 999) { _ in nil } == nil)
        #expect(progress.checkpoint(isTick: true, now: 1_000) { _ in nil } == 5)
        #expect(progress.checkpoint(isTick: true, now: 9_000) { _ in nil } == nil)
    }

    @Test("events that are replayed, and tombstones, are no progress")
    func others() throws {
        var progress = Self.progress(1, 1, after: 0)
        try progress.delivered(Self.event(7, isReplayed: true))
        try progress.delivered(Self.event(StreamHistory.deletedNumber))
        #expect(progress.checkpoint(isTick: true, now: 0) { _ in nil } == nil)
        #expect(progress.saved == -1)
    }

    @Test("deliveries are counted in all, since the last report, and by the second")
    func counter() {
        var counter = DeliveryCounter()
        for _ in 0..<3 { counter.delivered() }
        #expect(counter.report(elapsed: 0) == (3, 3, 0))
        for _ in 0..<4 { counter.delivered() }
        #expect(counter.report(elapsed: 2_000) == (7, 4, 2))
        #expect(counter.report(elapsed: 2_000) == (7, 0, 0))
    }
}
