import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// What holds for a persistent subscription whatever its consumers do.
@Suite("Whatever happens to a persistent subscription,")
struct GroupPropertyTests {
    @Test(
        "a group delivers each event until it is acknowledged, and saves no checkpoint beyond one that is not",
        arguments: [ConsumerStrategy.roundRobin, .dispatchToSingle, .pinned], 0..<4 as Range<UInt64>
    )
    func nothingIsLost(_ strategy: ConsumerStrategy, _ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let settings = PersistentSubscriptionSettings.tested.with {
            ($0.bufferSize, $0.readBatchSize) = (.random(in: 12...30, using: &generator), 10)
            $0.liveBufferSize = .random(in: 0...20, using: &generator)
            ($0.messageTimeout, $0.maxRetryCount) = (50, 1_000_000)
            ($0.maxCheckpointCount, $0.minCheckpointCount, $0.checkpointAfter) = (5, 1, 30)
            $0.startFrom = Bool.random(using: &generator) ? 0 : -1
        }
        var group = GroupUnderTest(settings, strategy)
        var (count, now): (Int64, Int64) = (0, 0)
        var acknowledged: Set<Int64> = []
        // The last number that a checkpoint was found to have passed rightly.
        var checked: Int64 = -1
        // What each consumer has been given and has not answered for.
        var held: [Character: [Int64]] = [:]

        func take() {
            for push in group.pushes().split(separator: " ") {
                guard let letter = push.first, let number = Int64(push.dropFirst().prefix { $0 != "+" }) else {
                    continue
                }
                held[letter, default: []].append(number)
            }
        }
        func ack(_ letter: Character, _ number: Int64) {
            held[letter]?.removeAll { $0 == number }
            acknowledged.insert(number)
            group.ack(number, by: letter)
        }

        for _ in 0..<400 {
            let letter = "abc".randomElement(using: &generator) ?? "a"
            switch Int.random(in: 0..<10, using: &generator) {
            case 0...3:
                let added = Int.random(in: 1...4, using: &generator)
                for _ in 0..<added {
                    group.commit(source: ["x", "y", "z"].randomElement(using: &generator) ?? "x")
                }
                count += Int64(added)
            case 4: group.join(letter, limit: .random(in: 1...6, using: &generator))
            case 5:
                group.leave(letter)
                held[letter] = nil
            case 6:
                now += 20
                group.tick(now: now)
            case 7:
                if let number = held[letter]?.randomElement(using: &generator) {
                    held[letter]?.removeAll { $0 == number }
                    group.nak(.retry, number, by: letter)
                }
            default:
                if let number = held[letter]?.randomElement(using: &generator) { ack(letter, number) }
            }
            take()
            while checked < group.checkpoints.last ?? -1 {
                checked += 1
                #expect(acknowledged.contains(checked))
            }
        }
        // In the end somebody answers for everything.
        group.join("z", limit: 1_000)
        for letter in "abc" { group.leave(letter) }
        for _ in 0..<Int(count) where acknowledged.count < count {
            take()
            for number in held["z"] ?? [] { ack("z", number) }
            now += 100
            group.tick(now: now)
        }
        #expect(acknowledged == Set(0..<count))
        #expect(group.parked.isEmpty)
        #expect(group.info().totalInFlightMessages == 0)
    }
}
