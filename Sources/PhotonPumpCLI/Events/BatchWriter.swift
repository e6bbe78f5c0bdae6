import PhotonPump

/// Writes batches one after the other, so that they are in order whatever happens, and prints what became of each.
struct BatchWriter {
    private let client: Client
    private let stream: String
    private let json: Bool
    private let progress: ProgressLine
    private var expected: ExpectedVersion
    private var writing: (write: Task<WriteResult, any Error>, lines: ClosedRange<Int>?, count: Int)?

    init(client: Client, stream: String, expected: ExpectedVersion, json: Bool, progress: ProgressLine) {
        self.client = client
        self.stream = stream
        self.expected = expected
        self.json = json
        self.progress = progress
    }

    /// Waits until the batch before is written, and begins to write this one, unless it is empty. ``finish()`` waits for it.
    mutating func begin(_ batch: EventBatch) async throws {
        try await self.begin(batch.events, lines: batch.lines)
    }

    /// - Parameter lines: where the events come from, which errors name.
    mutating func begin(_ events: [NewEvent], lines: ClosedRange<Int>? = nil) async throws {
        try await self.finish()
        if events.isEmpty { return }
        let (client, stream, expected) = (self.client, self.stream, self.expected)
        // A task of its own is not cancelled with the command, so that its write ends one way or the other.
        self.writing = (Task { try await client.publish(events, to: stream, expecting: expected) }, lines, events.count)
    }

    /// Waits until all is written.
    ///
    /// - Throws: ``UnwrittenLines``, or the write's error where there are no lines to name.
    mutating func finish() async throws {
        guard let (write, lines, count) = self.writing else { return }
        self.writing = nil
        let result: WriteResult
        do {
            result = try await write.value
        } catch {
            throw lines.map { UnwrittenLines(lines: $0, cause: error) } ?? error
        }
        if self.expected != .any { self.expected = result.nextExpectedVersion }
        self.progress.add(count)
        self.progress.erase()
        Output.line(self.json ? "\(EventOutput.json(result))" : EventOutput.text(result))
    }
}

/// Lines of stdin could not be written, or may not have been.
struct UnwrittenLines: Error, CustomStringConvertible {
    let lines: ClosedRange<Int>
    let cause: any Error

    var description: String {
        let (first, last) = (self.lines.lowerBound, self.lines.upperBound)
        guard let cause = self.cause as? PhotonPumpError, cause.mayHaveBeenApplied else {
            return "nothing was written from line \(first) on: \(self.cause)"
        }
        let which = first == last ? "line \(first)" : "lines \(first) to \(last)"
        return "\(which) may have been written, and nothing behind: \(cause)"
    }
}
