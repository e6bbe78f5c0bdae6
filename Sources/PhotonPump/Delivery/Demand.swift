/// What a consumer that waits receives.
enum Delivery<Batch: Sendable>: Sendable {
    case batch(Batch)
    case end
    case error(any Error)
}

extension Delivery: Equatable where Batch: Equatable {
    /// Errors are the same if they say the same.
    static func == (one: Self, other: Self) -> Bool {
        switch (one, other) {
        case (.batch(let one), .batch(let other)): one == other
        case (.end, .end): true
        case (.error(let one), .error(let other)): "\(one)" == "\(other)"
        case (.batch, _), (.end, _), (.error, _): false
        }
    }
}

/// What the machines behind a ``Consumer`` have in common: whether it waits, and how its batches end; pure.
///
/// It receives all batches, then once the reason why there are no more, and the end whenever it asks after that.
struct Demand<Batch: Sendable>: Sendable {
    private enum Ending {
        case undelivered(Delivery<Batch>)
        case delivered
    }

    /// Whether the consumer waits.
    private var isOpen = false
    private var ending: Ending?

    /// Whether there will be no more batches, but for what there is already.
    var isEnding: Bool { self.ending != nil }

    /// The consumer wants the next batch.
    mutating func open() {
        self.isOpen = true
    }

    /// There will be no more batches. Until the consumer has been told why, a later reason takes an earlier one's place.
    mutating func end(_ error: (any Error)?) {
        if case .delivered = self.ending { return }
        self.ending = .undelivered(error.map(Delivery.error) ?? .end)
    }

    /// What the consumer receives now, if it waits and there is something.
    ///
    /// - Parameters:
    ///   - source: where batches come from.
    ///   - take: removes the batch that is next, if there is one.
    mutating func meet<Source>(from source: inout Source, _ take: (inout Source) -> Batch?) -> Delivery<Batch>? {
        guard self.isOpen else { return nil }
        let delivery: Delivery<Batch>
        if let batch = take(&source) {
            delivery = .batch(batch)
        } else if let ending {
            if case .undelivered(let reason) = ending { delivery = reason } else { delivery = .end }
            self.ending = .delivered
        } else {
            return nil
        }
        self.isOpen = false
        return delivery
    }
}
