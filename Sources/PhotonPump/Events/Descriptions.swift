// How events and payloads are printed: enough to tell them apart, and none of their data.

extension RecordedEvent: CustomStringConvertible {
    /// Position, type and size: `5@ponies PonyJumped (47 bytes)`.
    public var description: String { "\(self.number)@\(self.stream) \(self.type) (\(self.data.count) bytes)" }
}

extension ResolvedEvent: CustomStringConvertible {
    /// The event's position, type and size, after the position of the link if there is one.
    public var description: String {
        guard let link else { return "\(self.received)" }
        let target = self.event.map { "\($0)" } ?? "nothing (\(link.data.text) is gone)"
        return "\(link.number)@\(link.stream) -> \(target)"
    }
}

extension Payload: CustomStringConvertible {
    /// The number of bytes; use ``text`` for the content.
    public var description: String { "\(self.count) bytes" }
}
