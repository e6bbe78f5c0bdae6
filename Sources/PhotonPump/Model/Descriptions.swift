// What events and payloads look like when they are printed: enough to tell them apart, and none of their data.

extension RecordedEvent: CustomStringConvertible {
    /// Place, type and size: `5@ponies PonyJumped (47 bytes)`.
    public var description: String { "\(self.number)@\(self.stream) \(self.type) (\(self.data.count) bytes)" }
}

extension ResolvedEvent: CustomStringConvertible {
    /// The event's place, type and size, behind the link's place if there is one.
    public var description: String {
        guard let link else { return "\(self.received)" }
        let target = self.event.map { "\($0)" } ?? "nothing (\(link.data.text) is gone)"
        return "\(link.number)@\(link.stream) -> \(target)"
    }
}

extension Payload: CustomStringConvertible {
    /// The number of bytes; see ``text`` for the bytes themselves.
    public var description: String { "\(self.count) bytes" }
}
