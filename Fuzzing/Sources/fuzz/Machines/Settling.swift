import PhotonPumpWire

@testable import PhotonPump

/// Writes whose answers were lost, on a stream that others write to and that comes to know of some of them late: each is
/// there once, or is in doubt.
enum Settling {
    static func run(_ choices: inout Choices) {
        var names = Array("abcdefgh")[...]
        var stream = ModelledStream(String(repeating: "x", count: choices.number(below: 8)))
        var originals: [String] = []
        while !names.isEmpty {
            let count = min(choices.number(in: 1...3), names.count)
            originals.append(String(names.prefix(count)))
            names = names.dropFirst(count)
        }
        let known = choices.flag() ? Int64(stream.last) : nil
        var open: [String] = []
        for original in originals {
            switch choices.number(below: 4) {
            case 0: stream.ids += original.map(ModelledStream.id)
            case 1: open.append(original)
            case 2: stream.ids.append(ModelledStream.id("y"))
            default: break
            }
        }
        let writes = originals.enumerated().map { place, letters in
            let ids = letters.map(ModelledStream.id)
            return Settlement.Write(
                id: ids[0], place: UInt64(place),
                write: UncertainWrite(stream: "s", events: ids, needsStream: false, knownBefore: known), notBefore: 0)
        }
        self.settle(writes, on: &stream, &open, &choices)
    }

    private static func settle(
        _ writes: [Settlement.Write], on stream: inout ModelledStream, _ open: inout [String], _ choices: inout Choices
    ) {
        var settlement = Settlement(limit: 100)
        var late = writes[...]
        if let first = late.popFirst() { settlement.add(first) }
        var failed: Set<GUID> = []
        var doubted: Set<GUID> = []
        for round in 0... {
            check(round < 10_000, "it does not end")
            let step = settlement.next()
            let isLast = late.isEmpty
            if let next = late.first, choices.isEmpty || choices.flag() {
                settlement.add(next)
                late = late.dropFirst()
            }
            if !choices.isEmpty { self.disturb(&stream, &open, &choices) }
            switch step {
            case .read(let place):
                if choices.byte() > 250 {
                    settlement.searchFailed(PhotonPumpError(.timedOut, "no answer"))
                } else {
                    settlement.received(stream.read(from: place, atMost: choices.number(in: 1...5)))
                }
            case .send(let id, let expected):
                let events = writes.first { $0.id == id }?.write.events ?? []
                let outcome = stream.write(events, expecting: expected)
                // The answer may be lost once more.
                let isFailed = choices.byte() > 250
                if isFailed { failed.insert(id) }
                settlement.sent(id, isFailed ? .failed : outcome)
            case .doubt(let id, _):
                doubted.insert(id)
                settlement.drop(id)
            case .end:
                if isLast { return self.compare(writes, stream, failed, doubted) }
                if let next = late.popFirst() { settlement.add(next) }
            }
        }
    }

    /// Somebody else writes, or a write that was on its way arrives.
    private static func disturb(_ stream: inout ModelledStream, _ open: inout [String], _ choices: inout Choices) {
        switch choices.number(below: 6) {
        case 0:
            guard let original = open.popLast(), let first = original.first else { break }
            // Servers still know those that they have made.
            if !stream.ids.contains(ModelledStream.id(first)) { stream.ids += original.map(ModelledStream.id) }
        case 1: stream.ids.append(ModelledStream.id("z"))
        default: break
        }
    }

    private static func compare(
        _ writes: [Settlement.Write], _ stream: ModelledStream, _ failed: Set<GUID>, _ doubted: Set<GUID>
    ) {
        for write in writes {
            let places = write.write.events.map { id in stream.ids.indices.filter { stream.ids[$0] == id } }
            check(places.allSatisfy { $0.count <= 1 }, "\(write.write.events) are there twice: \(places)")
            let found = places.flatMap(\.self)
            if failed.contains(write.id) || doubted.contains(write.id) { continue }
            check(found.count == places.count, "\(write.write.events) are lost")
            check(zip(found, found.dropFirst()).allSatisfy { $0 + 1 == $1 }, "\(found) are apart")
        }
    }
}
