internal import DequeModule

/// Tracks up to which place all events have been handled, and when to save that as a checkpoint; pure.
///
/// Events begin in order and may finish in any order. Only events that have begun and not finished are kept, each with
/// the checkpoint that holds until it finishes.
struct CheckpointProgress<Place: Hashable & Sendable> {
    typealias Checkpoint = SubscriptionStart<Place>

    private let interval: Int
    private var unfinished: Deque<(number: Int, before: Checkpoint?)> = []
    private var latest: Checkpoint?
    private var nextNumber = 0
    private var finishedSinceSave = 0
    private var isTimeUp = false
    private var saving: Checkpoint?
    private var saved: Checkpoint?

    /// - Parameter interval: save a checkpoint after this many events.
    init(every interval: Int) {
        self.interval = interval
    }

    /// The number of events that have begun and not finished.
    var unfinishedCount: Int { self.unfinished.count }

    /// Everything before this has been handled; nil as long as nothing has.
    var checkpoint: Checkpoint? {
        if let first = self.unfinished.first { first.before } else { self.latest }
    }

    /// - Returns: the number to call ``finished(_:)`` with.
    mutating func began(at place: Place) -> Int {
        self.nextNumber += 1
        self.unfinished.append((self.nextNumber, before: self.latest))
        self.latest = .after(place)
        return self.nextNumber
    }

    mutating func finished(_ number: Int) {
        guard let index = self.unfinished.firstIndex(where: { $0.number == number }) else { return }
        self.unfinished.remove(at: index)
        self.finishedSinceSave += 1
    }

    /// No event lies between the last one that began and this place.
    mutating func reached(_ checkpoint: Checkpoint) { self.latest = checkpoint }

    /// The time between two saves is up.
    mutating func timePassed() { self.isTimeUp = true }

    /// Whether there is a checkpoint to save now. The first is due at once, and only one is saved at a time.
    var isDue: Bool {
        guard self.isTimeUp || self.finishedSinceSave >= self.interval || self.saved == nil else { return false }
        return self.unsaved != nil
    }

    /// What could be saved, unless something is being saved.
    private var unsaved: Checkpoint? {
        guard self.saving == nil, let checkpoint, checkpoint != self.saved else { return nil }
        return checkpoint
    }

    /// The checkpoint to save now, if one is due.
    ///
    /// - Parameter isLast: whether this is the last opportunity.
    mutating func startSaving(isLast: Bool = false) -> Checkpoint? {
        guard isLast || self.isDue, let checkpoint = self.unsaved else { return nil }
        self.isTimeUp = false
        self.finishedSinceSave = 0
        self.saving = checkpoint
        return checkpoint
    }

    /// The checkpoint that ``startSaving(isLast:)`` returned has been saved.
    mutating func didSave() {
        self.saved = self.saving
        self.saving = nil
    }
}
