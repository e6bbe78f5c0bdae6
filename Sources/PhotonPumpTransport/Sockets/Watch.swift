/// A descriptor that is watched, and who wants to know.
final class Watch: Sendable {
    typealias Handler = (Poller.Readiness) -> Void

    let descriptor: CInt
    private let handler: QueueBound<Handler>

    init(_ descriptor: CInt, _ handler: QueueBound<Handler>) {
        self.descriptor = descriptor
        self.handler = handler
    }

    /// Call it on the handler's queue.
    func report(_ readiness: Poller.Readiness) { self.handler.value(readiness) }
}
