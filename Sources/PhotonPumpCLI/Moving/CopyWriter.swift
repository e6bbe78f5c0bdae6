import PhotonPump

/// Events for one stream of the target that are written together.
struct CopyBatch {
    private static let maximumCount = 500
    /// It is written before it exceeds this, unless one event alone does.
    private static let maximumBytes = 1 << 20

    let stream: String
    /// The number that the first one is to have.
    let first: Int64
    private(set) var events: [NewEvent]
    private(set) var bytes: Int
    /// That of the last one.
    private(set) var place: CopyPlace

    init(_ event: NewEvent, number: Int64, of stream: String, at place: CopyPlace) {
        self.stream = stream
        self.first = number
        self.events = [event]
        self.bytes = event.size
        self.place = place
    }

    /// - Returns: false if it does not fit in.
    mutating func add(_ event: NewEvent, number: Int64, of stream: String, at place: CopyPlace) -> Bool {
        guard stream == self.stream, number == self.first &+ Int64(self.events.count),
            self.events.count < Self.maximumCount, self.bytes + event.size <= Self.maximumBytes
        else { return false }
        self.events.append(event)
        self.bytes += event.size
        self.place = place
        return true
    }

    static func version(before number: Int64) -> ExpectedVersion { number == 0 ? .noStream : .version(number &- 1) }
}

extension NewEvent {
    fileprivate var size: Int { self.data.count + self.metadata.count + self.type.utf8.count }
}

/// Writes batches to the target, many at a time, each at the numbers that it must have. They are sent in order, so that
/// the target has the events of different streams in the order of the source, too.
actor CopyWriter {
    private static let maximumCount = 128
    private static let maximumBytes = 16 << 20

    private let target: Client
    private let progress: ProgressLine
    private var inFlight: [(batch: CopyBatch, write: Task<WriteResult, any Error>)] = []
    private var bytes = 0
    /// Up to where everything is in the target.
    private(set) var place: CopyPlace?

    init(_ target: Client, _ progress: ProgressLine) {
        self.target = target
        self.progress = progress
    }

    /// Begins to write a batch, when there is room for it.
    func write(_ batch: CopyBatch) async throws {
        while self.inFlight.count >= Self.maximumCount || self.bytes > Self.maximumBytes {
            try await self.settleFirst()
        }
        // A task of its own is not cancelled with the command, so that its write ends one way or the other. Those of one
        // actor begin in order.
        let write = Task {
            try await self.target.publish(
                batch.events, to: batch.stream, expecting: CopyBatch.version(before: batch.first))
        }
        self.inFlight.append((batch, write))
        self.bytes += batch.bytes
    }

    /// Waits until all is written.
    func settle() async throws {
        while !self.inFlight.isEmpty { try await self.settleFirst() }
    }

    private func settleFirst() async throws {
        guard let (batch, write) = self.inFlight.first else { return }
        do {
            _ = try await write.value
        } catch let error as PhotonPumpError where error.code == .wrongExpectedVersion {
            // All before it is written by now, and what comes after it cannot be there before it.
            try await self.complete(batch)
        }
        self.inFlight.removeFirst()
        self.bytes -= batch.bytes
        self.place = batch.place
        self.progress.add(batch.events.count)
    }

    /// Writes what is not there yet of a batch that was refused: a run that was killed may have written a part of it.
    private func complete(_ batch: CopyBatch) async throws {
        let last = try await self.target.lastNumber(of: batch.stream)
        let there = Int(max(0, min(last.minus(batch.first).plus(1), Int64(batch.events.count))))
        if last < batch.first &- 1 {
            throw InputError(
                """
                event \(batch.first) of '\(batch.stream)' cannot have its number, as the events before it are missing: \
                the beginning of the stream is gone, or events are left out; --numbers renew gives them other numbers
                """)
        }
        if there > 0 {
            let slice = try await self.target.get(
                batch.stream, from: .number(batch.first), maxCount: there, resolveLinks: false)
            for event in slice.events.map(\.received) where event.number < batch.first &+ Int64(there) {
                guard NewEvent(copying: event) == batch.events[Int(event.number - batch.first)] else {
                    throw InputError("the target has another event \(event.number) of '\(batch.stream)' already")
                }
            }
        }
        if there == batch.events.count { return }
        let next = batch.first &+ Int64(there)
        try await self.target.publish(
            Array(batch.events[there...]), to: batch.stream, expecting: CopyBatch.version(before: next))
    }
}

extension Client {
    /// - Returns: -1 if there are no events.
    nonisolated func lastNumber(of stream: String) async throws -> Int64 {
        let events = self.iter(stream, direction: .backward, limit: 1, resolveLinks: false, missingIsEmpty: true)
        for try await event in events { return event.received.number }
        return -1
    }
}
