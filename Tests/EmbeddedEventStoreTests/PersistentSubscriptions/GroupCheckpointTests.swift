import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite("The checkpoint of a persistent subscription")
struct GroupCheckpointTests {
    private static let settings = PersistentSubscriptionSettings.tested.with {
        ($0.checkpointAfter, $0.minCheckpointCount, $0.maxCheckpointCount) = (1_000, 2, 4)
    }

    @Test("the checkpoint of a persistent subscription is saved when it is old enough and there is enough progress")
    func age() {
        var group = GroupUnderTest(Self.settings, count: 10)
        group.join("a", limit: 1)
        group.ack(0)
        group.tick(now: 5_000)
        #expect(group.checkpoints == [])
        group.ack(1)
        group.tick(now: 5_000)
        #expect(group.checkpoints == [1])
        group.ack(2)
        group.ack(3)
        group.tick(now: 5_999)
        #expect(group.checkpoints == [1])
        group.tick(now: 6_000)
        #expect(group.checkpoints == [1, 3])
        group.tick(now: 60_000)
        #expect(group.checkpoints == [1, 3])
    }

    @Test("the checkpoint of a persistent subscription is saved at once when there is much progress")
    func maximum() {
        var group = GroupUnderTest(Self.settings, count: 10)
        group.join("a", limit: 1)
        for number in 0..<4 { group.ack(Int64(number)) }
        #expect(group.checkpoints == [3])
    }

    @Test("a group's checkpoint does not pass an event that is still out or waits to be delivered again")
    func lowest() {
        var group = GroupUnderTest(Self.settings, count: 10)
        group.join("a")
        group.ack(0, 1, 3, 4, 5, 6, 7, 8, 9)
        group.tick(now: 5_000)
        #expect(group.checkpoints == [1])
        group.leave("a")
        group.tick(now: 50_000)
        #expect(group.checkpoints == [1])
        group.join("b")
        group.ack(2, by: "b")
        #expect(group.checkpoints == [1, 9])
    }

    @Test("the checkpoint of a persistent subscription is not saved by age when that is switched off")
    func noAge() {
        var group = GroupUnderTest(Self.settings.with { $0.checkpointAfter = 0 }, count: 3)
        group.join("a")
        group.ack(0, 1, 2)
        group.tick(now: 1_000_000)
        #expect(group.checkpoints == [])
    }
}
