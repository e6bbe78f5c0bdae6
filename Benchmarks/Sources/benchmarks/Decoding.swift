internal import PhotonPumpWire

/// From bytes to messages.
let decoding = [
    Scenario("decode-frame", .frame, 20_000) { meter in
        let frames = Bytes(frame: Package(.pong, Sample.id(1), payload: Bytes(utf8: Sample.json)), times: 500)
        var decoder = FrameDecoder()
        try await meter.measure {
            for _ in 0..<meter.count / 500 {
                frames.withUnsafeBytes { decoder.append($0) }
                var count = 0
                while try decoder.next() != nil { count += 1 }
                try check(count, is: 500)
            }
        }
    },
    Scenario("decode-page-500", .event, 10_000) { meter in
        let page = Sample.page(from: 0, atMost: 500, ofStreamWith: 500).encoded()
        try await meter.measure {
            for _ in 0..<meter.count / 500 {
                try check(try ReadStreamEventsCompleted(decoding: page).events.count, is: 500)
            }
        }
    },
    Scenario("decode-stream-event", .event, 5_000) { meter in
        let event = Sample.appeared(7, data: Bytes(utf8: Sample.json)).encoded()
        try await meter.measure {
            for _ in 0..<meter.count {
                let record = try StreamEventAppeared(decoding: event).event.record
                try check(Int(record.event?.number ?? 0), is: 7)
            }
        }
    },
    Scenario("decode-persistent-event", .event, 5_000) { meter in
        let event = Sample.delivered(7, data: Bytes(utf8: Sample.json)).encoded()
        try await meter.measure {
            for _ in 0..<meter.count {
                let record = try PersistentSubscriptionStreamEventAppeared(decoding: event).event
                try check(Int(record.event?.number ?? 0), is: 7)
            }
        }
    },
]

extension Bytes {
    /// The same package again and again.
    fileprivate init(frame package: Package, times: Int) {
        let buffer = OutboundBuffer()
        for _ in 0..<times { buffer.append(package) }
        self = buffer.takeBytes()
    }
}
