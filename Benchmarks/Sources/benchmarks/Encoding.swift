internal import PhotonPumpWire

/// From messages to bytes.
let encoding = [
    Scenario("encode-ping", .package, 20_000) { meter in
        try await meter.encode { $0.append(Package(.ping, Sample.id(1))) }
    },
    Scenario("encode-write-1", .package, 5_000) { meter in
        let write = Sample.write(1)
        try await meter.encode { write.append(to: $0, .writeEvents, Sample.id(1), login: nil) }
    },
    Scenario("encode-write-500", .event, 10_000) { meter in
        let write = Sample.write(500)
        try await meter.encode(500) { write.append(to: $0, .writeEvents, Sample.id(1), login: nil) }
    },
]

extension Meter {
    /// Measures the encoding of packages with so many events each.
    fileprivate func encode(_ events: Int = 1, _ append: (OutboundBuffer) -> Void) async throws {
        let buffer = OutboundBuffer()
        try await self.measure {
            for _ in 0..<self.count / events {
                append(buffer)
                buffer.drain { $0.count }
            }
        }
    }
}
