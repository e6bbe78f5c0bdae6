import PhotonPump

/// The main job, step by step: publish, read, iterate, follow and compete.
struct Tour {
    struct PonyJumped: Codable {
        let pony: String
        let height: Int
        let distance: Int
    }

    struct Tick: Codable {
        let number: Int
    }

    let client: Client
    let guide: Guide

    func run(port: Int) async throws {
        self.guide.chapter("Connect")
        self.guide.show(#"withClient("tcp://admin:…@127.0.0.1:\#(port)") { client in"#, "connected, as admin")
        let roundTrip = try await self.client.ping()
        self.guide.show("client.ping()", "pong after \(Self.milliseconds(roundTrip))")

        let first = try await self.write()
        try await self.read(first)
        try await self.meetErrors()
        try await self.iterate()
        try await self.subscribe()
        try await self.compete()
    }

    private func write() async throws -> WriteResult {
        self.guide.chapter("Write")
        let first = try await self.client.publishEvent(
            to: "ponies",
            type: "PonyJumped",
            body: PonyJumped(pony: "Derpy Hooves", height: 10, distance: 13)
        )
        self.guide.show(#"publishEvent(to: "ponies", type: "PonyJumped", body: jump)"#, EventOutput.text(first))

        let batch = try ["Applejack", "Rainbow Dash", "Pinkie Pie"].enumerated().map { place, pony in
            try NewEvent(type: "PonyJumped", body: PonyJumped(pony: pony, height: 11 + place, distance: 14 + place))
        }
        let second = try await self.client.publish(batch, to: "ponies", expecting: first.nextExpectedVersion)
        self.guide.show(
            #"publish(batch, to: "ponies", expecting: .version(\#(first.lastEventNumber)))"#,
            EventOutput.text(second)
        )
        let again = try await self.client.publish(batch, to: "ponies", expecting: first.nextExpectedVersion)
        self.guide.show("the same again, as after a lost answer", EventOutput.text(again))
        return first
    }

    private func read(_ first: WriteResult) async throws {
        self.guide.chapter("Read")
        let event = try await self.client.getEvent(first.lastEventNumber, in: "ponies")
        let jump = try event.decode(PonyJumped.self)
        self.guide.show(
            #"getEvent(\#(first.lastEventNumber), in: "ponies").decode(PonyJumped.self)"#,
            "\(jump.pony) jumped \(jump.height) high and \(jump.distance) far"
        )
        let forward = try await self.client.get("ponies", from: 1, maxCount: 2)
        self.guide.show(#"get("ponies", from: 1, maxCount: 2)"#, Self.words(forward))
        let backward = try await self.client.get("ponies", direction: .backward, maxCount: 10)
        self.guide.show(#"get("ponies", direction: .backward, maxCount: 10)"#, Self.words(backward))
    }

    private func meetErrors() async throws {
        self.guide.chapter("When it goes wrong")
        do {
            try await self.client.publish([], to: "ponies", expecting: .version(7))
        } catch let error as PhotonPumpError where error.code == .wrongExpectedVersion {
            self.guide.show(
                #"publish(events, to: "ponies", expecting: .version(7))"#,
                "\(error.code), with both versions:",
                "expected \(error.conflict?.expected.description ?? "?"), actual \(error.conflict?.actual ?? -1)"
            )
        }
        do {
            _ = try await self.client.getEvent(0, in: "unicorns")
        } catch let error as PhotonPumpError where error.code == .streamNotFound {
            self.guide.show(#"getEvent(0, in: "unicorns")"#, "\(error.code)")
        }
    }

    private func iterate() async throws {
        self.guide.chapter("Iterate")
        let clock = ContinuousClock()
        let ticks = AsyncStream { continuation in
            for number in 0..<5000 { continuation.yield(number) }
            continuation.finish()
        }
        let events = ticks.map { try NewEvent(type: "Ticked", body: Tick(number: $0)) }
        var start = clock.now
        let summary = try await self.client.publish(events, to: "ticks")
        self.guide.show(
            #"publish(ticker, to: "ticks")"#,
            "\(summary.eventCount) events in \(summary.writeCount) writes, \(Self.milliseconds(clock.now - start))"
        )

        for direction in [Direction.forward, .backward] {
            start = clock.now
            var seen: [Int] = []
            for try await event in self.client.iter("ticks", direction: direction, pageSize: 500) {
                seen.append(try event.decode(Tick.self).number)
            }
            self.guide.show(
                #"for try await event in iter("ticks", direction: .\#(direction))"#,
                "\(seen.count) events, \(seen.first ?? -1) to \(seen.last ?? -1), \(Self.milliseconds(clock.now - start))"
            )
        }
    }

    private static func words(_ slice: StreamSlice) -> String {
        let events = "events " + slice.events.map { "\($0.number)" }.joined(separator: ", ")
        guard !slice.isEndOfStream, case .number(let next)? = slice.next else {
            return "\(events), then the stream ends"
        }
        return "\(events), next is \(next)"
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let tenths = Int((duration / .microseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
