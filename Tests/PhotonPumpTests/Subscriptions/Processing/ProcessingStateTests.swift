import Testing

@testable import PhotonPump

@Suite("What processing decides")
struct ProcessingStateTests {
    /// Events are numbers.
    private static func state(
        maxConcurrent: Int = 1, lookahead: Int = 2, key: ((Int) -> any Hashable)? = nil
    ) -> ProcessingState<Int> {
        ProcessingState(maxConcurrent: maxConcurrent, lookahead: lookahead, key: key)
    }

    @Test("processing fetches, handles as many at once as are allowed, and fetches again while few are waiting")
    func course() {
        var state = Self.state(maxConcurrent: 2)
        #expect(state.begin() == [.fetch])
        #expect(state.received([1, 2, 3, 4]) == [.handle(1, lane: nil), .handle(2, lane: nil)])
        #expect(state.finished(lane: nil, hasFailed: false) == [.handle(3, lane: nil), .fetch])
        #expect(state.finished(lane: nil, hasFailed: false) == [.handle(4, lane: nil)])
        #expect(state.finished(lane: nil, hasFailed: false) == [])
        #expect(state.received([]) == [.fetch])
        #expect(!state.isOver)
    }

    @Test("processing handles events with the same key one after another, and others meanwhile")
    func keys() {
        var state = Self.state(maxConcurrent: 3, lookahead: 10) { $0 / 10 }
        _ = state.begin()
        let begin = state.received([10, 11, 20, 30, 21])
        #expect(begin == [.handle(10, lane: 1), .handle(20, lane: 2), .handle(30, lane: 3), .fetch])
        #expect(state.finished(lane: 2, hasFailed: false) == [.handle(21, lane: 2)])
        #expect(state.finished(lane: 3, hasFailed: false) == [])
        #expect(state.finished(lane: 1, hasFailed: false) == [.handle(11, lane: 1)])
    }

    @Test("processing handles what came before the end")
    func ended() {
        var state = Self.state()
        _ = state.begin()
        #expect(state.received([1, 2]) == [.handle(1, lane: nil), .fetch])
        #expect(state.ended() == [])
        #expect(state.finished(lane: nil, hasFailed: false) == [.handle(2, lane: nil)])
        #expect(!state.isOver)
        #expect(state.finished(lane: nil, hasFailed: false) == [])
        #expect(state.isOver)
    }

    @Test("processing is over at once if there is nothing to handle")
    func nothing() {
        var state = Self.state()
        _ = state.begin()
        #expect(state.ended() == [])
        #expect(state.isOver)
    }

    @Test("processing starts nothing more after a failure, lets the events end, and waits for what is running")
    func failed() {
        var state = Self.state(maxConcurrent: 3, lookahead: 10) { $0 / 10 }
        _ = state.begin()
        _ = state.received([10, 20, 30, 31, 40])
        #expect(state.finished(lane: 1, hasFailed: true) == [.stop])
        // They were on their way.
        #expect(state.received([32, 50]) == [.fetch])
        #expect(state.finished(lane: 2, hasFailed: true) == [])
        #expect(state.ended() == [])
        #expect(!state.isOver)
        #expect(state.finished(lane: 3, hasFailed: false) == [])
        #expect(state.isOver)
    }

    @Test("processing learns of the end after a failure even if nothing was being fetched")
    func failedWhileFull() {
        var state = Self.state()
        _ = state.begin()
        #expect(state.received([1, 2, 3]) == [.handle(1, lane: nil)])
        #expect(state.finished(lane: nil, hasFailed: true) == [.stop, .fetch])
        #expect(state.ended() == [])
        #expect(state.isOver)
    }
}
