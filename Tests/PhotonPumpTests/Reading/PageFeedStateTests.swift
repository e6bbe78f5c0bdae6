import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Fetching pages ahead")
struct PageFeedStateTests {
    private typealias Feed = PageFeedState<Int64, Int64>

    /// Its requests are numbered from 1.
    private func feed(_ start: Result<Int64?, PhotonPumpError> = .success(0), limit: Int? = nil) -> Feed {
        let ids = CountedIDs()
        return Feed(start, limit: limit) { ids.next() }
    }

    private func id(_ number: UInt64) -> GUID { CountedIDs.id(number) }

    private func page(_ numbers: ClosedRange<Int64>?, next: Int64?) -> Page<Int64, Int64> {
        Page(elements: numbers.map { Array($0) } ?? [], next: next)
    }

    @Test("fetching pages ahead asks for nothing before the consumer does, and then always for one page more")
    func oneAhead() {
        var feed = self.feed()
        #expect(feed.demanded() == [.read(0, atMost: .max, self.id(1))])
        #expect(
            feed.received(self.page(0...1, next: 2), self.id(1)) == [
                .read(2, atMost: .max, self.id(2)), .deliver(.batch([0, 1])),
            ])
        // The consumer is not through yet: the page is kept, and no further one is asked for.
        #expect(feed.received(self.page(2...3, next: 4), self.id(2)) == [])
        #expect(feed.demanded() == [.read(4, atMost: .max, self.id(3)), .deliver(.batch([2, 3]))])
    }

    @Test("fetching pages ahead delivers what is left before the end, and the end as often as it is asked for")
    func end() {
        var feed = self.feed()
        _ = feed.demanded()
        #expect(feed.received(self.page(0...0, next: nil), self.id(1)) == [.deliver(.batch([0]))])
        for _ in 0..<2 { #expect(feed.demanded() == [.deliver(.end)]) }
    }

    @Test("S37: fetching pages ahead goes on over empty pages that are not the end")
    func emptyPages() {
        var feed = self.feed(.success(9000))
        #expect(feed.demanded() == [.read(9000, atMost: .max, self.id(1))])
        #expect(feed.received(self.page(nil, next: 12), self.id(1)) == [.read(12, atMost: .max, self.id(2))])
        #expect(
            feed.received(self.page(11...12, next: 10), self.id(2)) == [
                .read(10, atMost: .max, self.id(3)), .deliver(.batch([11, 12])),
            ])
    }

    @Test("fetching pages ahead reads nothing where there can be nothing")
    func nothing() {
        var feed = self.feed(.success(nil))
        #expect(feed.demanded() == [.deliver(.end)])
    }

    @Test("fetching pages ahead asks for no more than is wanted in all, and ends there")
    func limited() {
        var feed = self.feed(limit: 3)
        #expect(feed.demanded() == [.read(0, atMost: 3, self.id(1))])
        #expect(
            feed.received(self.page(0...1, next: 2), self.id(1)) == [
                .read(2, atMost: 1, self.id(2)), .deliver(.batch([0, 1])),
            ])
        #expect(feed.received(self.page(2...2, next: 3), self.id(2)) == [])
        #expect(feed.demanded() == [.deliver(.batch([2]))])
        #expect(feed.demanded() == [.deliver(.end)])
        var none = self.feed(limit: 0)
        #expect(none.demanded() == [.deliver(.end)])
    }

    @Test("fetching pages ahead delivers an error after the pages before it, once")
    func failure() {
        var feed = self.feed()
        _ = feed.demanded()
        _ = feed.received(self.page(0...1, next: 2), self.id(1))
        #expect(feed.failed(CancellationError(), self.id(2)) == [])
        #expect(feed.demanded() == [.deliver(.error(CancellationError()))])
        #expect(feed.demanded() == [.deliver(.end)])
    }

    @Test("fetching pages ahead ends a waiting consumer when it is cancelled, and takes no notice of the late page")
    func cancelled() {
        var feed = self.feed()
        _ = feed.demanded()
        #expect(feed.cancelled() == [.abandon(self.id(1)), .deliver(.error(CancellationError()))])
        #expect(feed.received(self.page(0...1, next: 2), self.id(1)) == [])
        #expect(feed.failed(CancellationError(), self.id(1)) == [])
    }

    @Test("fetching pages ahead delivers nothing that has arrived after the client is closed")
    func closed() {
        let closure = PhotonPumpError(.clientClosed, "closed")
        var feed = self.feed()
        _ = feed.demanded()
        _ = feed.received(self.page(0...1, next: 2), self.id(1))
        _ = feed.received(self.page(2...3, next: nil), self.id(2))
        #expect(feed.closed(closure, isCutOff: false) == [])
        #expect(feed.demanded() == [.deliver(.error(closure))])
    }

    @Test(
        "fetching pages ahead ends as it would have if the client is closed after all was delivered",
        arguments: [true, false])
    func closedAtTheEnd(isCutOff: Bool) {
        let closure = PhotonPumpError(.clientClosed, "closed")
        var feed = self.feed()
        _ = feed.demanded()
        _ = feed.received(self.page(0...1, next: nil), self.id(1))
        #expect(feed.closed(closure, isCutOff: isCutOff) == [])
        #expect(feed.demanded() == [.deliver(isCutOff ? .error(closure) : .end)])
    }

    @Test("fetching pages ahead tells why it cannot read when it is asked for the first page")
    func invalid() {
        let error = PhotonPumpError(.invalidArgument, "no stream")
        var feed = self.feed(.failure(error))
        #expect(feed.demanded() == [.deliver(.error(error))])
        #expect(feed.demanded() == [.deliver(.end)])
    }
}
