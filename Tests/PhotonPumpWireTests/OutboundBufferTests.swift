import PhotonPumpWire
import Testing

@Suite("Outbound bytes")
struct OutboundBufferTests {
    @Test("outbound bytes come out in order, however little is taken at a time", arguments: [1, 7, 100, 5000])
    func partialWrites(atMost: Int) {
        let buffer = OutboundBuffer(capacity: 64)
        var expected: [UInt8] = []
        var written: [UInt8] = []
        for round in 0..<50 {
            let bytes = (0..<round * 3).map { UInt8(truncatingIfNeeded: $0 &+ round) }
            expected += bytes
            buffer.append(Bytes(bytes))
            var room = atMost
            buffer.drain { waiting in
                let part = min(room, waiting.count)
                room -= part
                written += waiting.prefix(part)
                return part
            }
            let waiting = buffer.count
            #expect(waiting == expected.count - written.count)
        }
        written += taken(from: buffer)
        #expect(written == expected)
        let left = buffer.count
        #expect(left == 0)
    }
}
