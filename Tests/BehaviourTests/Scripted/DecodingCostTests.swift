import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("The largest reply there can be, of the smallest events,", .timeLimit(.minutes(1)))
struct DecodingCostTests {
    @Test(
        "the largest reply there can be, of the smallest events, costs no more than twice its size and four megabytes",
        .enabled(if: Footprint.isKnown, "needs /proc"),
        arguments: [0x0A, 0x1A] as [UInt8])
    func cost(tag: UInt8) throws {
        // ResolvedIndexedEvent { event { event_id: … } }, or in $all ResolvedEvent of the same.
        let event: [UInt8] = [tag, 20, 0x0A, 18, 0x1A, 16] + [UInt8](repeating: 1, count: 16)
        let count = ((64 << 20) - 64) / event.count
        var payload: [UInt8] = []
        payload.reserveCapacity(count * event.count)
        for _ in 0..<count { payload += event }
        let bytes = Bytes(payload)
        let peak = Footprint.peak {
            if tag == 0x0A {
                #expect(throws: MalformedMessage.self) { _ = try ReadStreamEventsCompleted(decoding: bytes) }
            } else {
                #expect(throws: MalformedMessage.self) { _ = try ReadAllEventsCompleted(decoding: bytes) }
            }
        }
        // The rest is for whatever else happens in this process.
        if let peak { #expect(peak < (2 * 64 + 4 + 16) << 10, "\(peak) kB") }
    }
}
