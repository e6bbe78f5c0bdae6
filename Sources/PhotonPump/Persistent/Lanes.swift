internal import DequeModule

/// Decides which element is dealt with when, so that not too many are at once, and those of the same key are dealt with
/// one after the other; pure.
struct Lanes<Element> {
    /// Elements of the same key, behind the one that is being dealt with or ready to be.
    private struct Lane {
        let key: AnyHashable
        var behind: Deque<Element> = []
    }

    private let limit: Int
    private(set) var runningCount = 0
    /// How many have come and are not started.
    private(set) var waitingCount = 0
    private var lanes: [Int: Lane] = [:]
    private var numbers: [AnyHashable: Int] = [:]
    private var nextNumber = 0
    /// What can be started, in order.
    private var ready: Deque<(element: Element, lane: Int?)> = []

    /// - Parameter limit: how many may be dealt with at once.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many keys are remembered.
    var laneCount: Int { self.lanes.count }

    /// An element has come.
    ///
    /// - Parameter key: nil when it need not wait for any other.
    mutating func add(_ element: Element, key: AnyHashable?) {
        self.waitingCount += 1
        guard let key else { return self.ready.append((element, nil)) }
        if let number = self.numbers[key] {
            self.lanes[number]?.behind.append(element)
        } else {
            self.nextNumber += 1
            self.numbers[key] = self.nextNumber
            self.lanes[self.nextNumber] = Lane(key: key)
            self.ready.append((element, self.nextNumber))
        }
    }

    /// The next element to start, if there is one and it may be started.
    mutating func start() -> (element: Element, lane: Int?)? {
        guard self.runningCount < self.limit, let next = self.ready.popFirst() else { return nil }
        self.runningCount += 1
        self.waitingCount -= 1
        return next
    }

    /// What was started in this lane has been dealt with.
    mutating func finished(_ number: Int?) {
        self.runningCount -= 1
        guard let number, let lane = self.lanes[number] else { return }
        if let next = self.lanes[number]?.behind.popFirst() {
            self.ready.append((next, number))
        } else {
            self.lanes[number] = nil
            self.numbers[lane.key] = nil
        }
    }

    /// Nothing further is to be started.
    mutating func removeWaiting() {
        self.waitingCount = 0
        self.ready = []
        self.lanes = [:]
        self.numbers = [:]
    }
}
