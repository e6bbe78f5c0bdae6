import Testing

@testable import PhotonPump

@Suite("Collecting batches")
struct BatchBufferStateTests {
    private let event = NewEvent(type: "t", data: Payload(), isJSON: false)

    @Test("collecting batches hands a single event to a writer that waits")
    func slowSequence() {
        var buffer = BatchBufferState(maximumCount: 3, maximumBytes: 100)
        #expect(buffer.demanded() == [])
        #expect(buffer.received(self.event, size: 1) == [.deliver(.batch([self.event]))])
    }

    @Test("collecting batches collects a batch while the writer is busy, and then holds the sequence up")
    func fastSequence() {
        var buffer = BatchBufferState(maximumCount: 3, maximumBytes: 100)
        for _ in 0..<3 {
            #expect(!buffer.mustWait(size: 1))
            #expect(buffer.received(self.event, size: 1) == [])
        }
        #expect(buffer.mustWait(size: 1))
        #expect(buffer.heldUp() == [])
        #expect(buffer.demanded() == [.admit, .deliver(.batch([self.event, self.event, self.event]))])
        #expect(!buffer.mustWait(size: 1))
        #expect(buffer.demanded() == [])
    }

    @Test("collecting batches bounds a batch by bytes, but takes a single event of any size")
    func bytes() {
        var buffer = BatchBufferState(maximumCount: 10, maximumBytes: 100)
        #expect(!buffer.mustWait(size: 1000))
        _ = buffer.received(self.event, size: 60)
        #expect(!buffer.mustWait(size: 40))
        #expect(buffer.mustWait(size: 41))
    }

    @Test(
        "S56: collecting batches delivers what was collected before the end or the error behind it",
        arguments: [true, false])
    func end(fails: Bool) {
        var buffer = BatchBufferState(maximumCount: 10, maximumBytes: 100)
        _ = buffer.received(self.event, size: 1)
        #expect(buffer.ended(fails ? CancellationError() : nil) == [])
        #expect(buffer.demanded() == [.deliver(.batch([self.event]))])
        #expect(buffer.demanded() == [.deliver(fails ? .error(CancellationError()) : .end)])
    }
}
