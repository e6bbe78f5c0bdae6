import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// Which events of the log are on a page, and where the next one starts.
@Suite struct LogSliceTests {
    /// Five events in two streams; the third one and the fourth one with a record between them that is none.
    private static let log: EventLog = {
        var log = EventLog(seed: 0)
        log.write("ab", to: "s")
        log.write("c", to: "t")
        log.write("", to: "t")
        log.write("d", to: "s")
        log.delete("t", hard: true)
        return log
    }()

    private static func names(_ slice: LogSlice) -> [String] {
        slice.entries.map { "\($0.record.number == .max ? "end" : String($0.record.number))@\($0.record.stream.text)" }
    }

    private static func read(
        _ direction: ReadDirection, _ start: LogPosition, _ count: Int
    ) throws -> (names: [String], next: LogPosition) {
        let slice = try Self.log.slice(direction, start, count)
        return (Self.names(slice), slice.next(after: slice.entries.count))
    }

    private static let forwards = ["0@s", "1@s", "0@t", "2@s", "end@t"]

    @Test("pages of any size lead from one end to the other", arguments: 1...6, [ReadDirection.forward, .backward])
    func paging(_ count: Int, _ direction: ReadDirection) throws {
        let end = LogPosition(commit: Self.log.endPosition, prepare: Self.log.endPosition)
        var position = direction == .forward ? LogPosition(commit: 0, prepare: 0) : end
        var read: [String] = []
        while true {
            let (names, next) = try Self.read(direction, position, count)
            #expect(names.count <= count)
            if names.isEmpty {
                #expect(next == position)
                break
            }
            read += names
            position = next
        }
        #expect(read == (direction == .forward ? Self.forwards : Self.forwards.reversed()))
    }

    @Test("forwards the event at a position is included, backwards it is not", arguments: 0..<5)
    func bounds(_ index: Int) throws {
        let position = Self.log.entries[index].position
        #expect(try Self.read(.forward, position, 10).names == Array(Self.forwards[index...]))
        #expect(try Self.read(.backward, position, 10).names == Self.forwards[..<index].reversed())
    }

    @Test("a page goes on where its last event ends forwards, and where it starts backwards")
    func next() throws {
        let (first, second) = (Self.log.entries[0], Self.log.entries[1])
        let forward = try Self.read(.forward, first.position, 1)
        #expect(forward.next == LogPosition(commit: second.commit.lowerBound, prepare: 0))
        let backward = try Self.read(.backward, LogPosition(commit: second.commit.lowerBound, prepare: .max), 1)
        #expect(backward.next == first.position)
    }

    @Test("backwards from where reading forwards goes on, the event just before is skipped")
    func turning() throws {
        let next = try Self.read(.forward, LogPosition(commit: 0, prepare: 0), 2).next
        #expect(try Self.read(.backward, next, 10).names == ["0@s"])
        let position = LogPosition(commit: next.commit, prepare: next.commit)
        #expect(try Self.read(.backward, position, 10).names == ["1@s", "0@s"])
    }

    @Test("a page of no events stays where it is", arguments: [0, -1, .min])
    func noEvents(_ count: Int) throws {
        let start = Self.log.entries[2].position
        #expect(try Self.read(.forward, start, count).next == start)
        #expect(try Self.read(.backward, start, count).names.isEmpty)
    }

    @Test("what is no position is refused, in both directions")
    func refused() {
        let inside = Self.log.entries.map { $0.commit.lowerBound + 1 } + [1, 255]
        for position in inside {
            // Forward, the inside of the last record is beyond the end.
            let isLast = position > Self.log.lastPosition
            for direction in isLast ? [ReadDirection.backward] : [.forward, .backward] {
                #expect(throws: LogPositionError.notAtRecord(position)) {
                    try Self.log.slice(direction, LogPosition(commit: position, prepare: position), 1)
                }
            }
        }
    }

    @Test("from inside the last record there is nothing forwards, as on real servers")
    func insideTheLast() throws {
        for position in Self.log.lastPosition + 1..<Self.log.endPosition {
            let start = LogPosition(commit: position, prepare: 0)
            let slice = try Self.read(.forward, start, 10)
            #expect(slice.names.isEmpty)
            #expect(slice.next == start)
        }
    }

    @Test("beyond the end there is nothing forwards, and no way backwards", arguments: [1, 1_000_000, Int64.max / 2])
    func beyondTheEnd(_ distance: Int64) throws {
        let position = Self.log.endPosition + distance
        let start = LogPosition(commit: position, prepare: position)
        #expect(try Self.read(.forward, start, 1).next == start)
        #expect(throws: LogPositionError.beyondEnd(position)) { try Self.log.slice(.backward, start, 1) }
    }
}
