import PhotonPump

/// Events from lines of stdin that are written together.
struct EventBatch {
    /// It is written before its lines exceed this, unless one alone does.
    private static let maximumBytes = 4 << 20

    private let limit: Int
    private var bytes = 0
    private(set) var events: [NewEvent] = []
    /// The lines they come from, those without an event among them; nil while there are none.
    private(set) var lines: ClosedRange<Int>?

    /// - Parameter limit: the most events, 1 or more.
    init(limit: Int) {
        self.limit = limit
    }

    func hasRoom(for event: InputLines.Event) -> Bool {
        self.events.isEmpty
            || self.events.count < self.limit && self.bytes + event.size <= Self.maximumBytes
    }

    mutating func add(_ event: InputLines.Event) {
        self.events.append(event.event)
        self.bytes += event.size
        self.lines = (self.lines?.lowerBound ?? event.line)...event.line
    }
}

extension InputLines {
    /// An event, and the line it comes from.
    struct Event {
        let event: NewEvent
        /// Of the line.
        let size: Int
        /// The line's number.
        let line: Int
    }

    /// The event of the next line that is not blank; nil at the end of the input, and when the task is cancelled.
    ///
    /// - Throws: ``InputError`` naming the line.
    mutating func nextEvent() async throws(InputError) -> Event? {
        while let line = try await self.next() {
            let parsed = self.withBytes(of: line) { bytes in
                bytes.allSatisfy(Self.isBlank) ? nil : Result { try EventLine(parsing: bytes).event }
            }
            switch parsed {
            case .success(let event): return Event(event: event, size: line.count, line: self.number)
            case .failure(let fault as JSONFault): throw InputError("line \(self.number), \(fault)")
            case .failure(let error): throw InputError("line \(self.number): \(error)")
            case nil: continue
            }
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
