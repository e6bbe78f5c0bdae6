import Testing

@testable import PhotonPump

@Suite("A broadcast")
struct BroadcastTests {
    /// Of numbers, with a negative one at the end.
    private static func broadcast() -> Broadcast<Int> { Broadcast { $0 < 0 } }

    @Test("a broadcast tells each reader what happens from then on, in its own words, to the end")
    func readers() async {
        let broadcast = Self.broadcast()
        let first = broadcast.stream { $0 }
        broadcast.note(1)
        let second = broadcast.stream { "\($0)" }
        broadcast.note(2)
        broadcast.tell()
        broadcast.note(-3)
        broadcast.note(4)
        broadcast.tell()
        #expect(await first.reduce(into: []) { $0.append($1) } == [1, 2, -3])
        #expect(await second.reduce(into: []) { $0.append($1) } == ["2", "-3"])
    }

    @Test("a broadcast tells those who come later how it ended")
    func late() async {
        let broadcast = Self.broadcast()
        broadcast.note(-1)
        broadcast.tell()
        #expect(await broadcast.stream { $0 }.reduce(into: []) { $0.append($1) } == [-1])
    }

    @Test("a broadcast lets a reader that is slow miss the oldest")
    func slow() async {
        let broadcast = Self.broadcast()
        let stream = broadcast.stream { $0 }
        for number in 0..<150 { broadcast.note(number) }
        broadcast.note(-1)
        broadcast.tell()
        #expect(await stream.reduce(into: []) { $0.append($1) } == Array(51..<150) + [-1])
    }

    @Test("a broadcast ends for its readers when it is deallocated, after what was noted")
    func deallocated() async {
        var broadcast: Broadcast<Int>? = Self.broadcast()
        let stream = broadcast?.stream { $0 }
        broadcast?.note(1)
        broadcast = nil
        #expect(await stream?.reduce(into: []) { $0.append($1) } == [1])
    }

    @Test(
        "a broadcast tells all readers the same, in the order of the notes, however many tell", .timeLimit(.minutes(1)))
    func order() async {
        let broadcast = Self.broadcast()
        let readers = (0..<3).map { _ in broadcast.stream { $0 } }
        await withTaskGroup(of: Void.self) { group in
            for teller in 0..<4 {
                group.addTask {
                    for number in 0..<20 {
                        broadcast.note(teller * 100 + number)
                        broadcast.tell()
                    }
                }
            }
        }
        broadcast.note(-1)
        broadcast.tell()
        var told: [[Int]] = []
        for reader in readers { told.append(await reader.reduce(into: []) { $0.append($1) }) }
        #expect(told[0].count == 81)
        #expect(told[1] == told[0])
        #expect(told[2] == told[0])
        for teller in 0..<4 {
            let own = told[0].filter { $0 / 100 == teller && $0 >= 0 }
            #expect(own == (0..<20).map { teller * 100 + $0 })
        }
    }

    @Test(
        "a broadcast forgets readers that are gone, also one whose task is cancelled while it is told",
        .timeLimit(.minutes(1)))
    func cancelled() async {
        let broadcast = Self.broadcast()
        for round in 0..<200 {
            let stream = broadcast.stream { $0 }
            let reader = Task { for await _ in stream {} }
            let canceller = Task { reader.cancel() }
            broadcast.note(round)
            broadcast.tell()
            await canceller.value
            await reader.value
        }
        #expect(broadcast.readerCount == 0)
    }
}
