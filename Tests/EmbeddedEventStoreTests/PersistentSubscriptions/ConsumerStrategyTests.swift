import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite("The consumer of an event is chosen")
struct ConsumerStrategyTests {
    @Test("the consumer of an event is chosen in turns by RoundRobin, passing over who is busy")
    func roundRobin() {
        var group = GroupUnderTest(.tested, .roundRobin)
        group.join("a", limit: 1)
        group.join("b", limit: 3)
        group.commit(5)
        #expect(group.pushes() == "a0 b1 b2 b3")
        group.ack(0, by: "a")
        #expect(group.pushes() == "a4")
    }

    @Test("the consumer of an event is chosen by DispatchToSingle: one until it is busy, then the next")
    func dispatchToSingle() {
        var group = GroupUnderTest(.tested, .dispatchToSingle)
        group.join("a", limit: 2)
        group.join("b", limit: 2)
        group.commit(5)
        #expect(group.pushes() == "a0 a1 b2 b3")
    }

    @Test("the consumer of an event is chosen by Pinned for each stream, and who is busy holds up no other stream")
    func pinned() {
        var group = GroupUnderTest(.tested, .pinned)
        group.join("a", limit: 1)
        group.join("b", limit: 2)
        for source in ["x", "y", "x", "y", "x"] { group.commit(source: source) }
        #expect(group.pushes() == "a0 b1 b3")
        group.ack(1, by: "b")
        #expect(group.pushes() == "")
        group.ack(0, by: "a")
        #expect(group.pushes() == "a2")
    }

    @Test("the consumer of an event is chosen by Pinned anew when the one who had the stream has left")
    func pinnedLeft() {
        var group = GroupUnderTest(.tested, .pinned)
        group.join("a")
        group.join("b")
        for source in ["x", "y"] { group.commit(source: source) }
        #expect(group.pushes() == "a0 b1")
        group.leave("a")
        group.commit(source: "x")
        #expect(group.pushes() == "b0+1 b2")
    }

    @Test("a consumer new to Pinned gets its share of the streams, but not the events that are out")
    func pinnedJoined() {
        var streams = PinnedStreams()
        let (a, b) = (Subscriber(letter: "a"), Subscriber(letter: "b"))
        streams.joined(a)
        let names = (0..<10).map { StreamName("stream \($0)") }
        for name in names { #expect(streams.owner(of: name) == a) }
        for name in names.prefix(5) { streams.sent(name) }
        streams.joined(b)
        let owners = names.map { streams.owner(of: $0) }
        #expect(owners == Array(repeating: a, count: 5) + Array(repeating: b, count: 5))
        streams.left(a)
        #expect(names.allSatisfy { streams.owner(of: $0) == b })
        streams.left(b)
        #expect(streams.owner(of: "stream 1") == nil)
    }

    @Test(
        "the consumer of an event is chosen as the settings say, by name or by preference",
        arguments: [
            (nil, true, .roundRobin), (nil, false, .dispatchToSingle), ("", true, .roundRobin),
            ("Pinned", true, .pinned), ("DispatchToSingle", true, .dispatchToSingle),
            ("RoundRobin", false, .roundRobin), ("pinned", true, nil), ("DisptchToSingle", true, nil),
        ] as [(String?, Bool, ConsumerStrategy?)]
    )
    func named(name: String?, prefersRoundRobin: Bool, strategy: ConsumerStrategy?) {
        let settings = PersistentSubscriptionSettings.tested.with {
            ($0.consumerStrategy, $0.preferRoundRobin) = (name, prefersRoundRobin)
        }
        #expect(ConsumerStrategy(settings) == strategy)
    }
}
