internal import PhotonPumpWire

/// What a link points to: its data is `NUMBER@STREAM`, where the name may contain further `@`.
struct LinkTarget: Hashable {
    /// The event type of links.
    static let eventType = Bytes(utf8: "$>")

    /// -1 for the last event.
    let number: Int64
    let stream: StreamName

    /// The data of a link to an event.
    static func data(_ number: Int64, _ stream: StreamName) -> Bytes {
        stream.bytes.withUnsafeBytes { Bytes(Array("\(number)@".utf8) + $0) }
    }

    /// Nil if `data` is not a target.
    init?(_ data: Bytes) {
        let separator = data.withUnsafeBytes { $0.firstIndex(of: UInt8(ascii: "@")) }
        guard let separator, let number = Int64(data.slice(0..<separator).text), number >= -1 else { return nil }
        self.number = number
        self.stream = StreamName(data.slice(separator + 1..<data.count))
        guard !self.stream.isEmpty else { return nil }
    }
}

extension EventRecord {
    var isLink: Bool { self.type == LinkTarget.eventType }
}
