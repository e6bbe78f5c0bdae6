/// A descriptor that is watched, and who wants to know.
final class Watch: Sendable {
    typealias Handler = (Readiness) -> Void

    let descriptor: CInt
    /// Of all that its poller ever watched; the descriptor's own comes again for another connection.
    let number: UInt64
    private let handler: QueueBound<Handler>

    init(_ descriptor: CInt, number: UInt64, _ handler: QueueBound<Handler>) {
        self.descriptor = descriptor
        self.number = number
        self.handler = handler
    }

    /// Call it on the handler's queue.
    func report(_ readiness: Readiness) { self.handler.value(readiness) }
}
