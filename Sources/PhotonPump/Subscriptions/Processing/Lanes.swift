internal import DequeModule

/// Decides which element is handled when, so that not too many are handled at once, and those with the same key one
/// after another; pure.
struct Lanes<Element> {
    /// Elements with the same key that wait for the one that is running or ready.
    private struct Lane {
        let key: AnyHashable
        var behind: Deque<Element> = []
    }

    private let limit: Int
    private(set) var runningCount = 0
    /// The number of elements that have arrived and not started.
    private(set) var waitingCount = 0
    private var lanes: [Int: Lane] = [:]
    private var numbers: [AnyHashable: Int] = [:]
    private var nextNumber = 0
    /// The elements that can be started, in order.
    private var ready: Deque<(element: Element, lane: Int?)> = []

    /// - Parameter limit: the number of elements that may be handled at once.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether none is running or waiting.
    var isEmpty: Bool { self.runningCount + self.waitingCount == 0 }

    /// The number of keys that are remembered.
    var laneCount: Int { self.lanes.count }

    /// An element has arrived.
    ///
    /// - Parameter key: nil if it need not wait for any other.
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

    /// The next element to start, if there is one and the limit allows it.
    mutating func start() -> (element: Element, lane: Int?)? {
        guard self.runningCount < self.limit, let next = self.ready.popFirst() else { return nil }
        self.runningCount += 1
        self.waitingCount -= 1
        return next
    }

    /// The element that was started in this lane has been handled.
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

    /// No further elements will be started.
    mutating func removeWaiting() {
        self.waitingCount = 0
        self.ready = []
        self.lanes = [:]
        self.numbers = [:]
    }
}
