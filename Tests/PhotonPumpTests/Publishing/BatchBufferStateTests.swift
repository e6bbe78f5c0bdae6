import Testing

@testable import PhotonPump

@Suite("Collecting batches")
struct BatchBufferStateTests {
    private let event = NewEvent(type: "t", data: Payload(), isJSON: false)

    @Test("hands a single event to a writer that waits")
    func slowSequence() {
        var buffer = BatchBufferState(maximumCount: 3, maximumBytes: 100)
        #expect(buffer.demanded().deliver == nil)
        #expect(buffer.received(self.event, size: 1).deliver?.count == 1)
    }

    @Test("collects a batch while the writer is busy, and then holds the sequence up")
    func fastSequence() {
        var buffer = BatchBufferState(maximumCount: 3, maximumBytes: 100)
        for _ in 0..<3 {
            #expect(!buffer.mustWait(size: 1))
            #expect(buffer.received(self.event, size: 1).deliver == nil)
        }
        #expect(buffer.mustWait(size: 1))
        #expect(!buffer.heldUp().resumeReader)
        let taken = buffer.demanded()
        #expect(taken.deliver?.count == 3)
        #expect(taken.resumeReader)
        #expect(!buffer.mustWait(size: 1))
    }

    @Test("bounds a batch by bytes, but takes a single event of any size")
    func bytes() {
        var buffer = BatchBufferState(maximumCount: 10, maximumBytes: 100)
        #expect(!buffer.mustWait(size: 1000))
        _ = buffer.received(self.event, size: 60)
        #expect(!buffer.mustWait(size: 40))
        #expect(buffer.mustWait(size: 41))
    }

    @Test("S56: delivers what was collected before the end or the error behind it", arguments: [true, false])
    func end(fails: Bool) {
        var buffer = BatchBufferState(maximumCount: 10, maximumBytes: 100)
        _ = buffer.received(self.event, size: 1)
        #expect(buffer.ended(fails ? CancellationError() : nil).deliver == nil)
        #expect(buffer.demanded().deliver?.count == 1)
        switch buffer.demanded().deliver {
        case .error: #expect(fails)
        case .end: #expect(!fails)
        case .batch, nil: Issue.record("neither end nor error")
        }
    }
}

extension BatchBufferState.Delivery {
    fileprivate var count: Int? { if case .batch(let events) = self { events.count } else { nil } }
}
