import Foundation
import PhotonPump

/// An event that is compared with another one.
struct MovedEvent {
    let stream: String
    let number: Int64
    let event: NewEvent

    /// Of a stream that was deleted for ever: nothing but that is compared.
    var isTombstone: Bool { self.event.type == "$streamDeleted" }
}

/// The events of a side.
struct MovedEvents<Base: AsyncSequence> where Base.Element == ResolvedEvent {
    private var base: Base.AsyncIterator
    private let rules: MovingRules?
    private let end: CopyPlace?
    private let metadata: MetadataComparison?

    /// - Parameters:
    ///   - rules: what becomes of events before they are compared; nil for those that are compared as they are.
    ///   - end: behind which they do not count.
    ///   - metadata: what to do where all streams have the metadata of one.
    init(_ events: Base, rules: MovingRules? = nil, upTo end: CopyPlace? = nil, _ metadata: MetadataComparison? = nil) {
        self.base = events.makeAsyncIterator()
        self.rules = rules
        self.end = end
        self.metadata = metadata
    }

    mutating func next() async throws -> MovedEvent? {
        while let event = try await self.base.next(isolation: #isolation) {
            if let end, !end.covers(event) { return nil }
            let received = event.received
            guard let rules else {
                if event.position != nil, received.stream.hasPrefix("$") {
                    try await self.compareMetadata(received)
                } else if received.type != CopyPlace.type {
                    return MovedEvent(
                        stream: received.stream, number: received.number, event: NewEvent(copying: received))
                }
                continue
            }
            switch try rules.step(for: event) {
            case .leaveOut: break
            case .write(let new):
                return MovedEvent(stream: received.stream, number: received.number, event: new)
            case .metadata: try await self.compareMetadata(received)
            case .tombstone(let stream):
                return MovedEvent(stream: stream, number: received.number, event: NewEvent(copying: received))
            }
        }
        return nil
    }

    private func compareMetadata(_ event: RecordedEvent) async throws {
        let stream = String(event.stream.dropFirst(2))
        guard event.stream.hasPrefix("$$"), !stream.hasPrefix("$") else { return }
        try await self.metadata?.compare(stream, stream)
    }
}

/// Compares the metadata of streams, as it is now.
struct MetadataComparison {
    private let left, right: Client

    init(_ left: Client, _ right: Client) {
        self.left = left
        self.right = right
    }

    /// - Throws: ``MetadataDifference``
    func compare(_ a: String, _ b: String) async throws {
        let first = try await self.left.getRawMetadata(of: a)?.data ?? "{}"
        let second = try await self.right.getRawMetadata(of: b)?.data ?? "{}"
        if first != second { throw MetadataDifference(first: a, second: b) }
    }
}

struct MetadataDifference: Error, CustomStringConvertible {
    let first, second: String

    var description: String {
        self.first == self.second
            ? "the metadata of '\(self.first)' is not the same"
            : "the metadata of '\(self.first)' and of '\(self.second)' is not the same"
    }
}

/// What is in one of two places, and not in the other.
struct Difference {
    enum Kind: String {
        case onlyInFirst, onlyInSecond, different, order
    }

    let kind: Kind
    /// The event of the first place, where there is one.
    let event: MovedEvent
    /// In what the events differ; nothing unless there are two.
    var parts: [String] = []

    var text: String {
        let place = "\(self.event.number)@\(self.event.stream)  \(self.event.event.type)"
        return switch self.kind {
        case .onlyInFirst: "- \(place)"
        case .onlyInSecond: "+ \(place)"
        case .different: "~ \(place)  (\(self.parts.joined(separator: ", ")))"
        case .order: "! \(place)  (something else comes first in the second place)"
        }
    }

    var json: JSON {
        .object([
            ("difference", .string(self.kind.rawValue)), ("stream", .string(self.event.stream)),
            ("number", .integer(self.event.number)), ("id", .string(self.event.event.id.uuidString.lowercased())),
            ("type", .string(self.event.event.type)), ("parts", .array(self.parts.map { .string($0) })),
        ])
    }
}

/// Goes through the events of two places side by side.
struct Comparison {
    enum Order: Equatable {
        /// Of one stream, by their numbers.
        case stream
        /// Of many streams.
        ///
        /// - Parameter mayHaveMore: whether the second place may have others in between.
        case log(mayHaveMore: Bool)
    }

    let order: Order
    /// Whether events with the same number belong together; otherwise those with the same id do.
    let hasNumbers: Bool
    /// How many differences to look for.
    let limit: Int
    private(set) var differences: [Difference] = []
    /// Events that are in both places, and the same.
    private(set) var equal = 0

    init(order: Order, hasNumbers: Bool, limit: Int) {
        self.order = order
        self.hasNumbers = hasNumbers
        self.limit = limit
    }

    mutating func run<First, Second>(
        _ first: inout MovedEvents<First>, _ second: inout MovedEvents<Second>, progress: ProgressLine? = nil
    ) async throws {
        var (left, right) = (try await first.next(), try await second.next())
        while self.differences.count < self.limit {
            switch (left, right) {
            case (nil, nil): return
            case (let event?, nil):
                self.differences.append(Difference(kind: .onlyInFirst, event: event))
                left = try await first.next()
            case (nil, let event?):
                if self.order == .log(mayHaveMore: true) { return }
                self.differences.append(Difference(kind: .onlyInSecond, event: event))
                right = try await second.next()
            case (let a?, let b?):
                if self.belongTogether(a, b) {
                    self.compare(a, b)
                    progress?.add()
                    (left, right) = (try await first.next(), try await second.next())
                } else if self.order == .log(mayHaveMore: true) {
                    right = try await second.next()
                } else if self.order == .stream, self.hasNumbers {
                    let isFirst = a.number < b.number
                    self.differences.append(
                        Difference(kind: isFirst ? .onlyInFirst : .onlyInSecond, event: isFirst ? a : b))
                    if isFirst { left = try await first.next() } else { right = try await second.next() }
                } else {
                    // From here on nothing can be told from what is missing.
                    self.differences.append(Difference(kind: .order, event: a))
                    return
                }
            }
        }
    }

    private func belongTogether(_ a: MovedEvent, _ b: MovedEvent) -> Bool {
        if self.order != .stream, a.stream != b.stream { return false }
        return self.hasNumbers ? a.number == b.number : a.event.id == b.event.id
    }

    private mutating func compare(_ a: MovedEvent, _ b: MovedEvent) {
        if a.isTombstone && b.isTombstone || a.event == b.event {
            self.equal += 1
            return
        }
        let parts = [
            ("id", a.event.id != b.event.id), ("type", a.event.type != b.event.type),
            ("isJson", a.event.isJSON != b.event.isJSON), ("data", a.event.data != b.event.data),
            ("metadata", a.event.metadata != b.event.metadata),
        ]
        self.differences.append(Difference(kind: .different, event: a, parts: parts.filter(\.1).map(\.0)))
    }
}
