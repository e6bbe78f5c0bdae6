import PhotonPumpTransport
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
        #expect(ends.last(of: "last") == 9999)
        #expect(ends.last(of: "s9999") == 9999)
        let count = (0..<10_000).count { ends.last(of: "s\($0)") != nil }
        #expect((50..<400).contains(count), "\(count)")
    }

    @Test("the known ends of streams stay as they are for a while after a call whose write may have been made")
    func leftOpen() {
        let ends = KnownEnds(.system)
        ends.learned(5, of: "s")
        ends.leftOpen("s", after: 4, for: .seconds(100))
        ends.learned(6, of: "s")
        #expect(ends.last(of: "s") == 4)
        ends.leftOpen("s", after: 3, for: .seconds(-1))
        #expect(ends.last(of: "s") == 3)
        ends.learned(7, of: "s")
        #expect(ends.last(of: "s") == 7)
        ends.leftOpen("s", after: nil, for: .seconds(100))
        ends.leftOpen("s", after: 7, for: .seconds(100))
        #expect(ends.last(of: "s") == nil)
    }
}
