import PhotonPumpTransport
import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("The known ends of streams")
struct KnownEndsTests {
    @Test("the known ends of streams are the last ones that were learned, and take a bounded amount of memory")
    func bounded() {
        let ends = KnownEnds(.system, limit: 20_000)
        for number in 0..<10_000 {
            ends.learned(Int64(number), of: "s\(number)")
            ends.learned(Int64(number), of: "last")
        }
        #expect(ends.last(of: "last", before: []) == 9999)
        #expect(ends.last(of: "s9999", before: []) == 9999)
        let count = (0..<10_000).count { ends.last(of: "s\($0)", before: []) != nil }
        #expect((50..<400).contains(count), "\(count)")
    }

    private static let ids = (0..<400).map { GUID(UInt64($0), 9) }

    @Test("the known ends of streams stay as they are for a while for who repeats a write that may have been made")
    func leftOpen() {
        let ends = KnownEnds(.system)
        let (write, others) = (Array(Self.ids[..<3]), [Self.ids[7]])
        ends.learned(5, of: "s")
        ends.leftOpen("s", write, after: 4, for: .seconds(100))
        ends.learned(6, of: "s")
        #expect(ends.last(of: "s", before: others) == 6)
        #expect(ends.last(of: "s", before: write) == 4)
        #expect(ends.last(of: "s", before: [Self.ids[8], Self.ids[2]]) == 4)
        // Its repetition, and another one at the same time.
        ends.leftOpen("s", write, after: 6, for: .seconds(100))
        #expect(ends.last(of: "s", before: write) == 4)
        ends.leftOpen("s", write, after: nil, for: .seconds(-1))
        #expect(ends.last(of: "s", before: write) == 6)
        ends.leftOpen("s", others, after: nil, for: .seconds(100))
        #expect(ends.last(of: "s", before: others) == nil)
        #expect(ends.last(of: "s", before: write + others) == nil)
        #expect(ends.last(of: "s", before: []) == 6)
    }

    @Test("the known ends of streams stay as they are for everybody after too many writes that may have been made")
    func tooMany() {
        let ends = KnownEnds(.system)
        for number in 0..<256 {
            ends.learned(Int64(10 + number), of: "s")
            ends.leftOpen("s", [Self.ids[number]], after: Int64(10 + number), for: .seconds(100))
        }
        #expect(ends.last(of: "s", before: [Self.ids[300]]) == 265)
        #expect(ends.last(of: "s", before: [Self.ids[40]]) == 50)
        ends.leftOpen("s", [Self.ids[256]], after: 266, for: .seconds(100))
        ends.learned(267, of: "s")
        #expect(ends.last(of: "s", before: [Self.ids[300]]) == 10)
        ends.leftOpen("s", [Self.ids[257]], after: nil, for: .seconds(100))
        #expect(ends.last(of: "s", before: [Self.ids[257]]) == nil)
        #expect(ends.last(of: "s", before: [Self.ids[300]]) == 10)
    }

    @Test("the known ends of streams are learned again when no write can be made any more that was left open")
    func expired() {
        let ends = KnownEnds(.system)
        ends.leftOpen("s", Self.ids, after: 3, for: .seconds(-1))
        #expect(ends.last(of: "s", before: []) == 3)
        ends.learned(7, of: "s")
        #expect(ends.last(of: "s", before: Self.ids) == 7)
    }
}
