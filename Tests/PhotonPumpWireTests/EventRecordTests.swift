import PhotonPumpWire
import Testing

@Suite("A record")
struct EventRecordTests {
    @Test("a record keeps every field, whatever is in it", arguments: [0, 1, 7, 8, 300, 40_000])
    func keepsFields(size: Int) throws {
        let data = Bytes((0..<size).map { UInt8(truncatingIfNeeded: $0) })
        let record = EventRecord(
            stream: Bytes(utf8: "a\0b-ü"), number: .max, id: GUID(1, 2), type: Bytes(utf8: "t"), isJSON: size % 2 == 0,
            data: data, metadata: data, created: 1_234_567_890_123
        )
        let read = try EventRecord(decoding: record.encoded())
        for copy in [record, read] {
            #expect(copy.stream.text == "a\0b-ü")
            #expect(copy.number == .max)
            #expect(copy.id == GUID(1, 2))
            #expect(copy.type.text == "t")
            #expect(copy.isJSON == (size % 2 == 0))
            #expect(copy.data == data)
            #expect(copy.metadata == data)
            #expect(copy.createdTicks == 12_345_678_901_230_000)
        }
    }

    @Test(
        "a record's time that no clock shows is the nearest one, and the same when it is written and read again",
        arguments: [
            (0, 0), (.max, .max), (.min, .min), (922_337_203_685_478, .max), (-922_337_203_685_478, .min),
            (922_337_203_685_477, 9_223_372_036_854_770_000),
        ] as [(Int64, Int64)])
    func impossibleTime(milliseconds: Int64, ticks: Int64) throws {
        let record = EventRecord(
            stream: Bytes(), number: 0, id: .zero, type: Bytes(), isJSON: false, data: Bytes(), metadata: Bytes(),
            created: milliseconds)
        #expect(record.createdTicks == ticks)
        let read = try EventRecord(decoding: record.encoded())
        #expect(read.encoded() == record.encoded())
    }

    @Test("a record takes its time from the older field when the newer one is missing")
    func createdFromTicks() throws {
        // event_id, and created: 621355968000000000 + 10,000 ticks, the first millisecond after 1970 began.
        var payload: [UInt8] = [0x1A, 16] + [UInt8](repeating: 0, count: 16) + [0x48]
        var ticks: UInt64 = 621_355_968_000_010_000
        while ticks >= 0x80 {
            payload.append(UInt8(ticks & 0x7F) | 0x80)
            ticks >>= 7
        }
        payload.append(UInt8(ticks))
        #expect(try EventRecord(decoding: Bytes(payload)).createdTicks == 10_000)
    }
}
