import PhotonPumpWire

@testable import PhotonPump

/// A subscription and a server that keeps to the protocol, with losses and lags: every event comes once and in order, or
/// is part of a gap that is told of.
enum FollowedServer {
    private static let limit = 6

    static func run(_ choices: inout Choices) {
        let held = Int64(choices.number(below: 24))
        let begin = Int64(choices.number(below: 30))
        let start: SubscriptionStart<Int64> = choices.element(of: [.start, .end, .after(begin), .from(begin)])
        let overflow: SubscriptionOptions.Overflow = choices.element(of: [.readBack, .leaveGap, .fail])
        let beyond: SubscriptionOptions.BeyondEnd = choices.element(of: [.fail, .wait, .startOver])
        let (tellsEnds, isFiltered) = (choices.flag(), choices.flag())
        var server = ModelledServer(
            from: start, holding: held, pageSize: 5, events: Self.limit, overflow: overflow, beyondEnd: beyond,
            tellsEnds: tellsEnds, isFiltered: isFiltered)
        server.isFollower = choices.flag()
        var wasSetUpAnew = false
        /// The last event that was delivered and then replaced.
        var replaced: Int64?
        while !choices.isEmpty {
            let before = server.taken.count
            let wasOver = server.ending != nil
            switch choices.number(below: 14) {
            case 0, 1: server.write(Int64(choices.number(in: 1...8)))
            case 2: server.truncate(before: Int64(choices.number(below: 40)))
            case 3, 4: server.demand()
            case 5: server.answer()
            case 6: server.answer(lag: min(Int64(choices.number(below: 4)), server.written))
            case 7, 8, 9: server.receive()
            case 10: server.disconnect()
            case 11: server.timeOut()
            case 12 where choices.byte() > 250:
                wasSetUpAnew = true
                server.setUpAnew(holding: Int64(choices.number(below: 20)))
            case 13 where choices.byte() > 250: server.stop()
            case 13 where choices.byte() > 200 && replaced == nil:
                let number = Int64(choices.number(below: 40))
                replaced = server.numbers.last.flatMap { $0 >= number ? $0 : nil }
                server.replace(from: number)
                server.hasDropped = true
            default: server.receive()
            }
            check(!wasOver || server.taken.count == before, "something after the end")
            check(server.machine.status.bufferedEvents <= Self.limit + 5, "\(server.machine.status)")
            check(server.peak <= Self.limit + 5, "a peak of \(server.peak)")
        }
        server.isFollower = false
        // What is left out is told of with the batch after the last one.
        for _ in 0..<3 { server.calmDown() }
        // What was deleted cannot be compared; who waits, starts over or is told of gaps knows.
        if let replaced, server.head <= replaced, !wasSetUpAnew, !isFiltered, beyond == .fail, overflow != .leaveGap {
            check(server.ending != nil, "event \(replaced) is another one than was delivered: \(server.numbers)")
        }
        self.compare(server, start, beyond, wasSetUpAnew: wasSetUpAnew)
    }

    private static func compare(
        _ server: ModelledServer, _ start: SubscriptionStart<Int64>, _ beyond: SubscriptionOptions.BeyondEnd,
        wasSetUpAnew: Bool
    ) {
        let ends = server.changes.count { $0.name == "ended" }
        check(ends == (server.ending == nil ? 0 : 1), "\(ends) ends: \(server.changes)")
        guard !wasSetUpAnew, beyond != .startOver else { return }
        let numbers = server.numbers
        check(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }, "\(numbers)")
        switch start {
        case .after(let number): check(numbers.allSatisfy { $0 > number }, "\(numbers) after \(number)")
        case .from(let number): check(numbers.allSatisfy { $0 >= number }, "\(numbers) from \(number)")
        case .start, .end: break
        }
        let gaps = server.taken.reduce(0) { if case .gap(let count, _) = $1 { $0 + count } else { $0 } }
        let first = numbers.first ?? 0
        let missing = (first..<max(first, server.written)).filter { $0 >= server.head && !numbers.contains($0) }
        if server.ending == nil, !numbers.isEmpty {
            check(missing.count <= gaps, "\(missing) are missing, and \(gaps) are told of: \(numbers) from \(start)")
        }
    }
}

extension SubscriptionChange {
    var name: String { String("\(self)".prefix { $0 != "(" }) }
}
