/// What a handler waits for, until the test lets it go on; and what the test waits for, until a handler is there.
struct Gate {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (self.stream, self.continuation) = AsyncStream.makeStream()
    }

    /// Lets one through.
    func open() { self.continuation.yield() }

    /// Waits to be let through, whether or not the task is cancelled.
    func pass() async {
        await Task { for await _ in self.stream { return } }.value
    }
}
