internal import DequeModule

/// How far events are dealt with, none left out, and when that is to be saved; pure.
///
/// Events begin in order and finish in any. Only those that have begun and not finished are remembered, each with the
/// checkpoint that holds until it has finished.
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

    /// - Parameter interval: a checkpoint is to be saved after so many events.
    init(every interval: Int) {
        self.interval = interval
    }

    /// How many events are remembered.
    var unfinishedCount: Int { self.unfinished.count }

    /// Everything before this is dealt with; nil as long as nothing is.
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

    /// Between the last event that has begun and this place there is none.
    mutating func reached(_ checkpoint: Checkpoint) { self.latest = checkpoint }

    /// The time between two saves is over.
    mutating func timePassed() { self.isTimeUp = true }

    /// The checkpoint to save now, if it is time; one at a time, and the first one at once.
    ///
    /// - Parameter isLast: whether this is the last opportunity.
    mutating func startSaving(isLast: Bool = false) -> Checkpoint? {
        guard self.saving == nil, let checkpoint, checkpoint != self.saved else { return nil }
        let isDue = isLast || self.isTimeUp || self.finishedSinceSave >= self.interval || self.saved == nil
        guard isDue else { return nil }
        self.isTimeUp = false
        self.finishedSinceSave = 0
        self.saving = checkpoint
        return checkpoint
    }

    /// What ``startSaving(isLast:)`` returned is saved.
    mutating func didSave() {
        self.saved = self.saving
        self.saving = nil
    }
}
