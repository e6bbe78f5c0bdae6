import PhotonPumpTransport
import PhotonPumpWire

@testable import PhotonPump

/// The table of conversations, compared with a list: what waits starts in the order of its arrival, each entry comes out
/// once, and nothing is forgotten when its time comes.
struct Table {
    private enum State { case waiting, inFlight, delayed, held }

    private struct Entry {
        var state = State.waiting
        let deadline: Int
        var startBy: Int
        var delayEnds = 0

        var due: Int { self.state == .delayed ? min(self.delayEnds, self.startBy) : self.startBy }
    }

    private let table: ConversationTable<Int>
    private let limit: Int
    /// By their number in the order of arrival.
    private var entries: [Int: Entry] = [:]
    private var count = 0
    private var now = 0

    static func run(_ choices: inout Choices) {
        var fuzzer = Table(limit: choices.number(in: 1...5))
        while !choices.isEmpty { fuzzer.step(&choices) }
        let all = fuzzer.table.removeAll()
        check(all.sorted() == fuzzer.entries.keys.sorted(), "at the end \(all), not \(fuzzer.entries.keys.sorted())")
        check(fuzzer.table.isEmpty && fuzzer.table.inFlightCount == 0 && fuzzer.table.nextWake == nil, "not empty")
    }

    private init(limit: Int) {
        self.limit = limit
        self.table = ConversationTable(limit: limit)
    }

    private static func id(_ number: Int) -> GUID { GUID(UInt64(number), 1) }
    private static func time(_ number: Int) -> Environment.Instant {
        Environment.Instant(elapsed: .milliseconds(number))
    }

    private func numbers(in state: State) -> [Int] {
        self.entries.filter { $0.value.state == state }.map(\.key).sorted()
    }

    private mutating func step(_ choices: inout Choices) {
        let kind = choices.byte()
        let number = choices.number(in: 1...max(1, min(self.count, 250)))
        let (id, entry) = (Self.id(number), self.entries[number])
        switch kind % 12 {
        case 0, 1: self.enqueue(&choices)
        case 2, 3: self.start()
        case 4: self.ends(number, self.table.finish(id), ifItIs: .inFlight)
        case 5: self.ends(number, self.table.cancel(id))
        case 6:
            let end = self.now + choices.number(below: 20)
            self.table.delay(id, until: Self.time(end))
            guard entry?.state == .inFlight else { break }
            self.entries[number]?.state = .delayed
            self.entries[number]?.delayEnds = end
        case 7:
            let end = self.now + choices.number(below: 20)
            self.table.postpone(id, until: Self.time(end))
            if entry?.state == .delayed { self.entries[number]?.delayEnds = end }
        case 8:
            self.table.hold(id)
            if entry?.state == .inFlight { self.entries[number]?.state = .held }
        case 9:
            if choices.flag() { return self.ends(number, self.table.takeHeld(id), ifItIs: .held) }
            let rest = choices.number(below: 3)
            self.table.release { $0 % 3 == rest }
            for held in self.numbers(in: .held) where held % 3 == rest { self.entries[held]?.state = .waiting }
        case 10: self.interrupt(&choices)
        default: self.pass(choices.number(below: 30))
        }
        self.compare()
    }

    private mutating func enqueue(_ choices: inout Choices) {
        self.count += 1
        let deadline = self.now + choices.number(in: 1...100)
        let startBy = choices.flag() ? choices.number(in: 1...100) + self.now : nil
        self.table.enqueue(
            Self.id(self.count), self.count, deadline: Self.time(deadline), startBy: startBy.map(Self.time))
        self.entries[self.count] = Entry(deadline: deadline, startBy: min(deadline, startBy ?? deadline))
    }

    private mutating func start() {
        let canStart = self.table.canStart
        let started = self.table.startNext()
        let expected = self.numbers(in: .inFlight).count < self.limit ? self.numbers(in: .waiting).first : nil
        check(started == expected, "\(String(describing: started)) started, not \(String(describing: expected))")
        check(canStart == (started != nil), "canStart is \(canStart)")
        guard let started, let deadline = self.entries[started]?.deadline else { return }
        self.entries[started]?.state = .inFlight
        self.entries[started]?.startBy = deadline
    }

    private mutating func ends(_ number: Int, _ result: Int?, ifItIs state: State? = nil) {
        let isThere = self.entries[number].map { state == nil || $0.state == state } ?? false
        check(result == (isThere ? number : nil), "\(number) in \(self.entries): \(String(describing: result))")
        if isThere { self.entries[number] = nil }
    }

    private mutating func interrupt(_ choices: inout Choices) {
        let (divisor, rest) = (choices.number(in: 1...3), choices.number(below: 3))
        let isPartial = choices.flag()
        let sent = self.numbers(in: .inFlight)
        let interrupted = isPartial ? sent.filter { $0 % 2 == 0 } : sent
        let ids = Set((1...max(1, self.count)).filter { $0 % 2 == 0 }.map(Self.id))
        var decided: [Int] = []
        func fate(_ number: Int) -> ConversationTable<Int>.Interruption {
            number % divisor != 0 ? .repeated : number % 3 == rest ? .over : .held
        }
        let (over, held) = self.table.interrupt(only: isPartial ? ids : nil) { number in
            decided.append(number)
            return fate(number)
        }
        check(decided == interrupted, "\(decided) were interrupted, not \(interrupted)")
        for number in interrupted {
            switch fate(number) {
            case .repeated: self.entries[number]?.state = .waiting
            case .held: self.entries[number]?.state = .held
            case .over: self.entries[number] = nil
            }
        }
        check(over == interrupted.filter { fate($0) == .over }, "\(over) are over")
        check(held == interrupted.filter { fate($0) == .held }.map(Self.id), "\(held) are held")
    }

    private mutating func pass(_ time: Int) {
        self.now += time
        let expired = self.table.expire(now: Self.time(self.now))
        let expected = self.entries.filter { $0.value.startBy <= self.now }.map(\.key).sorted()
        check(expired == expected, "\(expired) expired at \(self.now), not \(expected)")
        for number in expected { self.entries[number] = nil }
        for (number, entry) in self.entries where entry.state == .delayed && entry.delayEnds <= self.now {
            self.entries[number]?.state = .waiting
        }
        let next = self.entries.values.map(\.due).min()
        check(self.table.nextWake == next.map(Self.time), "wakes at \(String(describing: self.table.nextWake))")
    }

    private func compare() {
        let sent = self.numbers(in: .inFlight).count
        check(self.table.inFlightCount == sent && sent <= self.limit, "\(self.table.inFlightCount) in flight")
        check(self.table.waitingCount == self.entries.count - sent, "\(self.table.waitingCount) waiting")
        check(self.table.isEmpty == self.entries.isEmpty, "empty or not")
        if let due = self.entries.values.map(\.due).min() {
            check(self.table.nextWake.map { $0 <= Self.time(due) } ?? false, "does not wake at \(due)")
        }
    }
}
