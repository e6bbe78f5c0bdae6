import Testing

@testable import PhotonPump

@Suite("Fetching pages ahead")
struct PageFeedStateTests {
    private typealias Feed = PageFeedState<Int64, Int64>

    private func feed(from start: Int64? = 0) -> Feed {
        Feed(.success(start))
    }

    private func page(_ numbers: ClosedRange<Int64>?, next: Int64?) -> Page<Int64, Int64> {
        Page(elements: numbers.map { Array($0) } ?? [], next: next)
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
        let last = feed.received(self.page(0...0, next: nil))
        #expect(last.deliver?.numbers == [0])
        #expect(last.read == nil)
        for _ in 0..<2 { #expect(feed.demanded().deliver?.isEnd == true) }
    }

    @Test("S37: goes on over empty pages that are not the end")
    func emptyPages() {
        var feed = self.feed(from: 9000)
        #expect(feed.demanded().read == 9000)
        let empty = feed.received(self.page(nil, next: 12))
        #expect(empty.deliver == nil)
        #expect(empty.read == 12)
        #expect(feed.received(self.page(11...12, next: 10)).deliver?.numbers == [11, 12])
    }

    @Test("reads nothing where there can be nothing")
    func nothing() {
        var feed = self.feed(from: nil)
        let actions = feed.demanded()
        #expect(actions.deliver?.isEnd == true)
        #expect(actions.read == nil)
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

    @Test("tells why it cannot read when it is asked for the first page")
    func invalid() {
        var feed = Feed(.failure(PhotonPumpError(.invalidArgument, "no stream")))
        #expect(feed.demanded().deliver?.isError == true)
        #expect(feed.demanded().deliver?.isEnd == true)
    }
}

extension PageFeedState<Int64, Int64>.Delivery {
    fileprivate var numbers: [Int64]? { if case .page(let page) = self { page } else { nil } }
    fileprivate var isEnd: Bool { if case .end = self { true } else { false } }
    fileprivate var isError: Bool { if case .error = self { true } else { false } }
}
