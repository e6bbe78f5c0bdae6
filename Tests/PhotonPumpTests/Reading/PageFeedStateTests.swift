import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Fetching pages ahead")
struct PageFeedStateTests {
    private func feed(_ direction: Direction = .forward, from: StreamPosition? = nil) -> PageFeedState {
        PageFeedState(
            Result { () throws(PhotonPumpError) in
                try ReadRange(stream: "s", direction: direction, from: from, pageSize: 2)
            }
        )
    }

    private func page(_ numbers: ClosedRange<Int64>?, next: Int64, isEnd: Bool = false) -> ReadStreamEventsCompleted {
        ReadStreamEventsCompleted(
            result: .success,
            events: numbers.map { $0.map { ResolvedRecord(event: Records.event($0), link: nil) } } ?? [],
            nextEventNumber: next,
            isEndOfStream: isEnd,
            lastCommitPosition: 0
        )
    }

    @Test("asks for nothing before the consumer does, and then always for one page more")
    func oneAhead() {
        var feed = self.feed()
        let first = feed.demanded()
        #expect(first.deliver == nil)
        #expect(first.read == 0)

        let second = feed.received(self.page(0...1, next: 2))
        #expect(second.deliver?.numbers == [0, 1])
        #expect(second.read == 2)

        // The consumer is not through yet: the page is kept, and no further one is asked for.
        let third = feed.received(self.page(2...3, next: 4))
        #expect(third.deliver == nil)
        #expect(third.read == nil)

        let fourth = feed.demanded()
        #expect(fourth.deliver?.numbers == [2, 3])
        #expect(fourth.read == 4)
    }

    @Test("delivers what is left before the end, and the end as often as it is asked for")
    func end() {
        var feed = self.feed()
        _ = feed.demanded()
        let last = feed.received(self.page(0...0, next: 1, isEnd: true))
        #expect(last.deliver?.numbers == [0])
        #expect(last.read == nil)
        for _ in 0..<2 { #expect(feed.demanded().deliver?.isEnd == true) }
    }

    @Test("goes on over empty pages that are not the end (S37)")
    func emptyPages() {
        var feed = self.feed(.backward, from: 9000)
        #expect(feed.demanded().read == 9000)
        let empty = feed.received(self.page(nil, next: 12))
        #expect(empty.deliver == nil)
        #expect(empty.read == 12)
        #expect(feed.received(self.page(11...12, next: 10)).deliver?.numbers == [11, 12])
    }

    @Test("begins where it is told to")
    func start() {
        var forward = self.feed(.forward, from: 7)
        #expect(forward.demanded().read == 7)
        var backward = self.feed(.backward)
        #expect(backward.demanded().read == -1)
        var toStart = self.feed(.backward, from: .start)
        #expect(toStart.demanded().read == 0)
        var fromEnd = self.feed(.forward, from: .end)
        #expect(fromEnd.demanded().deliver?.isEnd == true)
    }

    @Test("delivers an error after the pages before it, once")
    func failure() {
        var feed = self.feed()
        _ = feed.demanded()
        _ = feed.received(self.page(0...1, next: 2))
        #expect(feed.failed(CancellationError()).deliver == nil)
        #expect(feed.demanded().deliver?.isError == true)
        #expect(feed.demanded().deliver?.isEnd == true)
    }

    @Test("ends a waiting consumer when it is cancelled, and takes no notice of the late page")
    func cancelled() {
        var feed = self.feed()
        _ = feed.demanded()
        let actions = feed.cancelled()
        #expect(actions.deliver?.isError == true)
        #expect(actions.read == nil)
        let late = feed.received(self.page(0...1, next: 2))
        #expect(late.deliver == nil)
        #expect(late.read == nil)
    }

    @Test(
        "refuses a range that cannot be read when it is asked for the first page",
        arguments: [("", 0, 1), ("s", 0, 0), ("s", 0, 4097), ("s", -1, 1), ("s", Int64.max, 1)]
    )
    func invalidRange(stream: String, number: Int64, pageSize: Int) {
        let range = Result { () throws(PhotonPumpError) in
            try ReadRange(stream: stream, direction: .backward, from: .number(number), pageSize: pageSize)
        }
        var feed = PageFeedState(range)
        #expect(feed.demanded().deliver?.isError == true)
    }
}

extension PageFeedState.Delivery {
    fileprivate var numbers: [Int64]? {
        if case .page(let page) = self { page.compactMap { $0.event?.number } } else { nil }
    }

    fileprivate var isEnd: Bool { if case .end = self { true } else { false } }
    fileprivate var isError: Bool { if case .error = self { true } else { false } }
}
