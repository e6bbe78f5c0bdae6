import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

@Suite("pump copy", .timeLimit(.minutes(3)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct CopyCommandTests {
    /// What moving keeps of an event.
    struct Kept: Equatable {
        let number: Int64
        let event: NewEvent
    }

    /// Two servers.
    static func run(_ body: (_ source: PumpStage, _ target: PumpStage) async throws -> Void) async throws {
        try await PumpStage.run { source in
            try await PumpStage.run { target in try await body(source, target) }
        }
    }

    static func kept(_ stream: String, _ client: Client) async throws -> [Kept] {
        var events: [Kept] = []
        for try await event in client.iter(stream, resolveLinks: false) {
            let (received, data) = (event.received, event.received.data)
            events.append(
                Kept(
                    number: received.number,
                    event: NewEvent(
                        id: received.id, type: received.type, data: data, metadata: received.metadata,
                        isJSON: received.isJSON)))
        }
        return events
    }

    @Test("pump copy keeps ids, types, bytes, order and numbers, and copies only what is new the next time")
    func stream() async throws {
        try await Self.run { source, target in
            let events = [
                NewEvent(type: "a", data: #"{"n" : 1}"#, metadata: #"{"m":2}"#, isJSON: true),
                NewEvent(type: "b\u{1b}", data: Payload([0, 255, 27]), metadata: Payload([1]), isJSON: false),
                NewEvent(type: "c", data: Payload(), isJSON: true),
            ]
            try await source.client.publish(events, to: "ponies")
            try await source.write(0..<1200)
            let copy = ["copy", "ponies", "stallions", "--target", target.url]
            let outcome = try await source.run(copy)
            #expect(outcome.isFine, "\(outcome.errors)")
            #expect(
                outcome.output == [
                    "1203 events copied from ponies to stallions; source and target are equal "
                        + "(place kept in pump-copy-ponies-to-stallions)"
                ])
            let originals = try await Self.kept("ponies", source.client)
            #expect(originals.prefix(3).map(\.event) == events)
            #expect(try await Self.kept("stallions", target.client) == originals)

            try await source.write(1200..<1202)
            let again = try members(try #require(try await source.run(copy + ["--json"]).output.first))
            #expect(again["copied"] as? Int == 2)
            #expect(again["total"] as? Int == 1205)
            #expect(again["isVerified"] as? Bool == true)
            #expect(try await Self.kept("stallions", target.client) == Self.kept("ponies", source.client))
        }
    }

    @Test("pump copy goes on after kill -9 at any moment, and neither loses nor repeats an event")
    func killed() async throws {
        try await Self.run { source, target in
            // Streams by turns, so that most writes are small.
            for round in 0..<60 {
                try await source.write(round * 7..<round * 7 + 7, to: "ponies-\(round % 5)")
                try await source.write(round * 30..<round * 30 + 30, to: "herd")
            }
            let copy = ["copy", "$all", "$all", "--target", target.url]
            for kill in 0..<6 {
                // Some writes arrive, some do not, and of some only the answer is missing.
                let hold = try await target.server.faults.add(
                    .holdReply(to: .writeEvents).skipping(kill.isMultiple(of: 2) ? kill * 9 : 1))
                let pump = try PumpProcess(copy + ["--connect", source.url])
                try await hold.waitForEffect()
                pump.send(SIGKILL)
                _ = try await pump.outcome()
                try await hold.lift()
            }
            let outcome = try await source.run(copy)
            #expect(outcome.isFine, "\(outcome.errors)")
            #expect(outcome.output.first?.contains("source and target are equal") == true)
            for stream in (0..<5).map({ "ponies-\($0)" }) + ["herd"] {
                #expect(try await Self.kept(stream, target.client) == Self.kept(stream, source.client))
            }
            let diff = try await source.run("diff", "$all", "$all", "--target", target.url)
            #expect(diff.isFine, "\(diff.errors) \(diff.output)")
            #expect(diff.output == ["equal: 2220 events"])
        }
    }

    @Test("pump copy says that the target's log only has another order where a stream was there before the others")
    func order() async throws {
        try await Self.run { source, target in
            for stream in ["ponies", "herd"] { try await source.write(0..<3, to: stream) }
            #expect(try await source.run("copy", "herd", "herd", "--target", target.url).isFine)
            let copy = ["copy", "$all", "$all", "--target", target.url]
            let outcome = try await source.run(copy)
            #expect(outcome.isFailure(saying: "another order: 0@herd was there before"), "\(outcome.errors)")
            for stream in ["ponies", "herd"] {
                #expect(try await Self.kept(stream, target.client) == Self.kept(stream, source.client))
            }
            #expect(try await source.run(copy + ["--no-verify"]).isFine)
        }
    }

    @Test("pump copy completes a batch of which a part is there, and touches nothing that is something else")
    func partly() async throws {
        try await Self.run { source, target in
            try await source.write(0..<10)
            let originals = try await Self.kept("ponies", source.client).map(\.event)
            try await target.client.publish(Array(originals.prefix(4)), to: "ponies")
            #expect(try await source.run("copy", "ponies", "ponies", "--target", target.url).isFine)
            #expect(try await Self.kept("ponies", target.client).map(\.event) == originals)

            try await target.write(0..<1, to: "stallions")
            let refused = try await source.run("copy", "ponies", "stallions", "--target", target.url)
            #expect(refused.isFailure(saying: "another event 0 of 'stallions'"), "\(refused.errors)")
            #expect(try await Self.kept("stallions", target.client).count == 1)
        }
    }

    @Test("pump copy notices another one that is running, and a place that is not its own")
    func rivals() async throws {
        try await Self.run { source, target in
            try await source.write(0..<10)
            let copy = ["copy", "ponies", "ponies", "--target", target.url]
            let hold = try await target.server.faults.add(.holdReply(to: .writeEvents, times: 1))
            let pump = try PumpProcess(copy + ["--connect", source.url])
            try await hold.waitForEffect()
            #expect(try await source.run(copy).isFine)
            try await hold.lift()
            let outcome = try await pump.outcome()
            #expect(outcome.isFailure(saying: "another copy"), "\(outcome.errors)")

            let other = try await source.run(
                "copy", "ponies", "stallions", "--target", target.url, "--place", "pump-copy-ponies-to-ponies")
            #expect(other.isFailure(saying: "does not hold the place"), "\(other.errors)")
            // A source that is another one has another event there.
            try await source.client.deleteStream("ponies")
            try await source.write(10..<20)
            try await PumpStage.run { stranger in
                try await stranger.write(0..<10)
                let strange = try await stranger.run(copy)
                #expect(strange.isFailure(saying: "another source", "--place"), "\(strange.errors)")
            }
        }
    }

    @Test("pump copy ends in an orderly way when it is interrupted, and says that it did not finish by going on later")
    func interrupted() async throws {
        try await Self.run { source, target in
            try await source.write(0..<10)
            let copy = ["copy", "ponies", "ponies", "--target", target.url]
            let hold = try await target.server.faults.add(.holdReply(to: .writeEvents, times: 1))
            let pump = try PumpProcess(copy + ["--connect", source.url])
            try await hold.waitForEffect()
            pump.send(SIGINT)
            try await pump.errors(1)
            try await hold.lift()
            #expect(try await pump.outcome().isInterrupted)
            #expect(try await source.run(copy).isFine)
            #expect(try await Self.kept("ponies", target.client) == Self.kept("ponies", source.client))
        }
    }
}
