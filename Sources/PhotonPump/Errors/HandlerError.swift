/// A handler has thrown, which ends its worker:
/// ``Client/follow(_:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)``, for example.
public struct HandlerError: Error, Sendable, CustomStringConvertible {
    /// The event that was handled.
    public let event: ResolvedEvent
    /// What the handler has thrown.
    public let underlying: any Error

    /// What was handled, and what was thrown.
    public var description: String {
        "handle event \(self.event.number) of '\(self.event.stream)' (\(self.event.type)): \(self.underlying)"
    }
}
