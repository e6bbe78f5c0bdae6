import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import PhotonPump

@Suite("Settling writes whose answers were lost")
struct SettlementTests {
    /// What happened to a write, or what was done about it.
    private enum Event: Equatable {
        case sent(Character, ExpectedVersion)
        case doubt(Character, String)
    }

    private static let pageSize = 3

    private static func write(
        _ letters: String, place: UInt64 = 1, known: Int64? = nil, notBefore: Int64 = 0, needsStream: Bool = false
    ) -> Settlement.Write {
        let ids = letters.map(ModelledStream.id)
        return Settlement.Write(
            id: ids[0], place: place,
            write: UncertainWrite(stream: "s", events: ids, needsStream: needsStream, knownBefore: known),
            notBefore: notBefore)
    }

    private static func letter(_ id: GUID) -> Character {
        "abcdefghijklmnopqrstuvwxyz".first { ModelledStream.id($0) == id } ?? "?"
    }

    /// Settles writes on a stream, and returns what was done, and how many events were read.
    ///
    /// - Parameters:
    ///   - late: writes whose answers are lost meanwhile, one with each of the first steps.
    ///   - before: happens before each request.
    private static func settle(
        _ writes: [Settlement.Write], late: [Settlement.Write] = [], on stream: inout ModelledStream, limit: Int = 1000,
        before: (Settlement.Step, inout ModelledStream) -> Void = { _, _ in }
    ) -> (events: [Event], count: Int) {
        var settlement = Settlement(limit: limit)
        var events: [Event] = []
        var count = 0
        for write in writes { settlement.add(write) }
        var (joined, late) = (writes, late[...])
        for _ in 0..<10_000 {
            let step = settlement.next()
            let joining = late.popFirst()
            if let joining {
                settlement.add(joining)
                joined.append(joining)
            }
            before(step, &stream)
            switch step {
            case .read(let place):
                let page = stream.read(from: place, atMost: self.pageSize)
                count += page.events.count
                settlement.received(page)
            case .send(let id, let expected):
                events.append(.sent(self.letter(id), expected))
                let write = joined.first { $0.id == id }
                settlement.sent(id, stream.write(write?.write.events ?? [], expecting: expected))
            case .doubt(let id, let doubt):
                events.append(.doubt(self.letter(id), doubt.description))
                settlement.drop(id)
            case .end:
                if joining == nil { return (events, count) }
            }
        }
        Issue.record("it does not end")
        return (events, count)
    }

    @Test(
        "S76: settling writes sends what is there again expecting the version before it, and what is not expecting the last event",
        arguments: [
            ("", "a", .noStream), ("xyz", "a", .version(2)), ("xyzabc", "abc", .version(2)),
            ("abcxyzxyzxyz", "abc", .noStream), ("xabcxyzxyzxyz", "abc", .version(0)),
            // Of several places, the latest one.
            ("xabxabx", "ab", .version(3)), ("aa", "aa", .noStream), ("aaa", "aa", .version(0)),
        ] as [(String, String, ExpectedVersion)])
    func decided(_ row: (stream: String, write: String, expected: ExpectedVersion)) {
        var stream = ModelledStream(row.stream)
        let (events, _) = Self.settle([Self.write(row.write)], on: &stream)
        #expect(events == [.sent(row.write.first ?? "?", row.expected)])
        #expect(stream.ids.count == row.stream.count + (row.stream.contains(row.write) ? 0 : row.write.count))
    }

    @Test(
        "a write is in doubt where some of its events are there, or all in another order",
        arguments: [("xab", "abc"), ("xcba", "abc"), ("axb", "ab"), ("xb", "ab")])
    func partly(_ row: (stream: String, write: String)) {
        var stream = ModelledStream(row.stream)
        let (events, _) = Self.settle([Self.write(row.write)], on: &stream)
        #expect(events == [.doubt("a", Doubt.partly.description)])
        #expect(stream.ids.count == row.stream.count)
    }

    @Test("settling writes searches no further than to what was known before, or was created before")
    func bounds() {
        var stream = ModelledStream(String(repeating: "x", count: 100))
        #expect(Self.settle([Self.write("a", known: 97)], on: &stream).count <= 2 * Self.pageSize)
        stream.created[90] = 5
        #expect(Self.settle([Self.write("b", notBefore: 6)], on: &stream).count <= 5 * Self.pageSize)
        // What was known cannot be of this stream if the stream is shorter.
        #expect(Self.settle([Self.write("c", known: 5000, notBefore: 6)], on: &stream).count > Self.pageSize)
        #expect(stream.ids.suffix(3) == ["a", "b", "c"].map(ModelledStream.id))
    }

    @Test("a write is in doubt beyond the search limit, and where events are hidden that it could be among")
    func undecided() {
        var stream = ModelledStream(String(repeating: "x", count: 100))
        #expect(
            Self.settle([Self.write("a", known: 5)], on: &stream, limit: 30).events
                == [.doubt("a", Doubt.tooMany(30).description)])
        stream.firstReadable = 98
        #expect(Self.settle([Self.write("a", known: 5)], on: &stream).events == [.doubt("a", Doubt.hidden.description)])
        #expect(Self.settle([Self.write("a", known: 97)], on: &stream).events == [.sent("a", .version(99))])
        stream.firstReadable = 101
        #expect(
            Self.settle([Self.write("b", known: 99)], on: &stream).events == [.doubt("b", Doubt.hidden.description)])
        #expect(Self.settle([Self.write("b", known: 100)], on: &stream).events == [.sent("b", .version(100))])
    }

    @Test("settling writes does not bring back a stream that was to exist")
    func streamExists() {
        var stream = ModelledStream()
        let write = Self.write("a", needsStream: true)
        #expect(Self.settle([write], on: &stream).events == [.doubt("a", Doubt.streamGone.description)])
        stream = ModelledStream("x")
        #expect(Self.settle([write], on: &stream).events == [.sent("a", .version(0))])
    }

    @Test("several writes are settled with one search, in the order of the calls")
    func several() {
        var stream = ModelledStream("xyzcdxyz")
        let writes = [
            Self.write("e", place: 3), Self.write("ab", place: 1), Self.write("cd", place: 2),
            Self.write("f", place: 4),
        ]
        let (events, count) = Self.settle(writes, on: &stream)
        #expect(
            events == [
                .sent("a", .version(7)), .sent("c", .version(2)), .sent("e", .version(9)), .sent("f", .version(10)),
            ])
        #expect(count == 8)
        #expect(stream.ids == "xyzcdxyzabef".map(ModelledStream.id))
    }

    @Test("settling writes reads on after a conflict, only what is new, and chooses again")
    func conflict() {
        var stream = ModelledStream(String(repeating: "x", count: 30))
        var others = 2
        let (events, count) = Self.settle([Self.write("ab"), Self.write("c", place: 2)], on: &stream) { step, stream in
            guard case .send = step, others > 0 else { return }
            others -= 1
            stream.ids.append(ModelledStream.id("y"))
        }
        #expect(
            events == [
                .sent("a", .version(29)), .sent("a", .version(30)), .sent("a", .version(31)), .sent("c", .version(33)),
            ])
        #expect(count <= 30 + 2 * Self.pageSize)
    }

    @Test(
        "settling writes finds a write that is made only after the search, and reports what the server does not recognise"
    )
    func late() {
        var stream = ModelledStream("x")
        var isOpen = true
        let (events, _) = Self.settle([Self.write("ab")], on: &stream) { step, stream in
            guard case .send = step, isOpen else { return }
            isOpen = false
            stream.ids += "yab".map(ModelledStream.id)
        }
        #expect(events == [.sent("a", .version(0)), .sent("a", .version(1))])
        #expect(stream.ids == "xyab".map(ModelledStream.id))

        var settlement = Settlement(limit: 100)
        settlement.add(Self.write("ab"))
        var doubts: [String] = []
        for _ in 0..<10 {
            switch settlement.next() {
            case .read(let place): settlement.received(stream.read(from: place, atMost: 10))
            case .send(let id, _): settlement.sent(id, .conflict)
            case .doubt(let id, let doubt):
                doubts.append(doubt.description)
                settlement.drop(id)
            case .end: break
            }
        }
        #expect(doubts == [Doubt.unrecognised(2).description])
    }

    @Test("settling writes sends nothing of a call that is over, and includes what becomes uncertain meanwhile")
    func joined() throws {
        var stream = ModelledStream("xb")
        var settlement = Settlement(limit: 100)
        settlement.add(Self.write("c", place: 3))
        try #require(settlement.next().isRead)
        settlement.received(stream.read(from: -1, atMost: 10))
        let first = try #require(settlement.next().sent)
        #expect(first == (ModelledStream.id("c"), .version(1)))
        settlement.add(Self.write("b", place: 2))
        settlement.add(Self.write("a", place: 1))
        settlement.sent(first.id, stream.write([first.id], expecting: first.expected))
        settlement.drop(ModelledStream.id("a"))
        try #require(settlement.next().isRead)
        settlement.received(stream.read(from: -1, atMost: 10))
        let second = try #require(settlement.next().sent)
        #expect(second == (ModelledStream.id("b"), .version(0)))
        settlement.sent(second.id, stream.write([second.id], expecting: second.expected))
        try #require(settlement.next().isEnd)
        #expect(stream.ids == "xbc".map(ModelledStream.id))
    }

    @Test("S76: settling writes does not take a page of an earlier search for one of its own", arguments: 0...4)
    func stale(_ pages: Int) throws {
        var stream = ModelledStream("xaxxxbxxxxxxxx")
        var settlement = Settlement(limit: 100)
        settlement.add(Self.write("a", place: 1))
        for _ in 0..<pages {
            let place = try #require(settlement.next().place)
            settlement.received(stream.read(from: place, atMost: Self.pageSize))
        }
        let place = try #require(settlement.next().place)
        settlement.add(Self.write("b", place: 2))
        settlement.received(stream.read(from: place, atMost: Self.pageSize))
        var sent: [Character] = []
        while true {
            switch settlement.next() {
            case .read(let place): settlement.received(stream.read(from: place, atMost: Self.pageSize))
            case .send(let id, let expected):
                sent.append(Self.letter(id))
                settlement.sent(id, stream.write([id], expecting: expected))
            case .doubt(let id, let doubt):
                Issue.record("\(Self.letter(id)): \(doubt.description)")
                settlement.drop(id)
            case .end:
                #expect(sent == ["a", "b"])
                #expect(stream.ids == "xaxxxbxxxxxxxx".map(ModelledStream.id))
                return
            }
        }
    }

    @Test("S76: settling writes looks for a write that becomes uncertain after a search, which was not for it")
    func joinedLate() throws {
        var stream = ModelledStream("xbxx")
        var settlement = Settlement(limit: 100)
        settlement.add(Self.write("a", place: 1))
        settlement.received(stream.read(from: try #require(settlement.next().place), atMost: 10))
        let first = try #require(settlement.next().sent)
        settlement.add(Self.write("b", place: 2))
        settlement.sent(first.id, stream.write([first.id], expecting: first.expected))
        settlement.received(stream.read(from: try #require(settlement.next().place), atMost: 10))
        let second = try #require(settlement.next().sent)
        #expect(second == (ModelledStream.id("b"), .version(0)))
    }

    @Test(
        "S76: settling writes makes each write once, whatever happens in between", arguments: 0..<1000 as Range<UInt64>)
    func random(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let names = Array("abcdefgh").shuffled(using: &generator)
        var originals: [String] = []
        var rest = names[...]
        while !rest.isEmpty {
            let count = min(Int.random(in: 1...3, using: &generator), rest.count)
            originals.append(String(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        var stream = ModelledStream(String(repeating: "x", count: Int.random(in: 0...7, using: &generator)))
        let known = Bool.random(using: &generator) ? Int64(stream.last) : nil
        let writes = originals.enumerated().map { Self.write($1, place: UInt64($0), known: known) }
        // Some of them were made, some are still on their way, and others write, too.
        var open: [String] = []
        for original in originals {
            switch Int.random(in: 0...3, using: &generator) {
            case 0: stream.ids += original.map(ModelledStream.id)
            case 1: open.append(original)
            case 2: stream.ids.append(ModelledStream.id("y"))
            default: break
            }
        }
        var disturbances = 6
        let early = Int.random(in: 1...writes.count, using: &generator)
        let (first, late) = (Array(writes[..<early]), Array(writes[early...]))
        let (events, _) = Self.settle(first, late: late, on: &stream) { _, stream in
            guard disturbances > 0, Bool.random(using: &generator) else { return }
            disturbances -= 1
            guard let original = open.popLast(), !stream.ids.contains(ModelledStream.id(original.first ?? "?")) else {
                return stream.ids.append(ModelledStream.id("z"))
            }
            stream.ids += original.map(ModelledStream.id)
        }
        for original in originals {
            let ids = original.map(ModelledStream.id)
            let places = ids.map { id in stream.ids.indices.filter { stream.ids[$0] == id } }
            #expect(places.allSatisfy { $0.count == 1 }, "\(original) in \(stream.ids.map(Self.letter)): \(events)")
            #expect(places.flatMap(\.self) == Array((places[0].first ?? 0)..<((places[0].first ?? 0) + ids.count)))
        }
    }
}

extension Settlement.Step {
    fileprivate var isRead: Bool { self.place != nil }
    fileprivate var place: Int64? { if case .read(let place) = self { place } else { nil } }
    fileprivate var isEnd: Bool { if case .end = self { true } else { false } }

    fileprivate var sent: (id: GUID, expected: ExpectedVersion)? {
        if case .send(let id, let expected) = self { (id, expected) } else { nil }
    }
}
