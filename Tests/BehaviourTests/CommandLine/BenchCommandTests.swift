import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

@Suite("pump bench", .timeLimit(.minutes(1)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct BenchCommandTests {
    private static let keys = [
        "client", "scenario", "target", "n", "size", "window", "seconds", "per_second", "p50_us", "p99_us",
        "peak_rss_kb", "cpu_s",
    ]
    private static let ready = #"{"ready":true}"#

    /// Checks the one object that a scenario prints.
    private static func check(
        _ lines: [String], _ scenario: String, count: Int, window: Int = 1, hasLatencies: Bool
    ) throws {
        try #require(lines.count == 1)
        #expect(lines[0].matches(of: /"(\w+)":/).map { String($0.1) } == Self.keys)
        let result = try members(lines[0])
        #expect(result["client"] as? String == "photonpump-swift")
        #expect(result["scenario"] as? String == scenario)
        #expect(result["target"] as? String == "here")
        #expect(result["n"] as? Int == count)
        #expect(result["size"] as? Int == 100)
        #expect(result["window"] as? Int == window)
        let seconds = try #require(result["seconds"] as? Double)
        let rate = try #require(result["per_second"] as? Double)
        #expect(seconds > 0)
        // Both are rounded.
        #expect(abs(rate * seconds / Double(count) - 1) < 0.01)
        #expect(try #require(result["peak_rss_kb"] as? Int) > 1000)
        #expect(try #require(result["cpu_s"] as? Double) > 0)
        if hasLatencies {
            let (median, last) = (result["p50_us"] as? Double, result["p99_us"] as? Double)
            #expect(try #require(median) > 0)
            #expect(try #require(last) >= #require(median))
        } else {
            #expect(result["p50_us"] is NSNull)
            #expect(result["p99_us"] is NSNull)
        }
    }

    private static func start(_ stage: PumpStage, _ arguments: String) async throws -> PumpProcess {
        let options = ["--port", "\(stage.server.port)", "--target", "here", "--size", "100"]
        return try PumpProcess(["bench"] + arguments.split(separator: " ").map(String.init) + options)
    }

    @Test(
        "pump bench measures calls one by one",
        arguments: [
            ("ping", 20, 1), ("read-event", 20, 1), ("write-seq", 20, 1), ("write-pipelined", 40, 8),
            ("write-batch", 30, 2),
        ])
    func calls(scenario: String, count: Int, window: Int) async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<1, to: "bench")
            let batch = scenario == "write-batch" ? 3 : 1
            let pump = try await Self.start(
                stage, "\(scenario) --n \(count / batch) --warmup 5 --window \(window) --batch \(batch)")
            let outcome = try await pump.outcome()
            #expect(outcome.isFine)
            try Self.check(outcome.output, scenario, count: count, window: window, hasLatencies: true)
            guard scenario.hasPrefix("write") else { return }
            let written = try await stage.client.get("bench", from: .number(1)).events
            #expect(written.count == count + 5 * batch)
            #expect(written.allSatisfy { $0.received.data.count == 100 })
        }
    }

    @Test("pump bench measures reading what is there", arguments: ["read-slices", "catch-up"])
    func reading(scenario: String) async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<60, to: "bench")
            let outcome = try await Self.start(stage, "\(scenario) --n 50 --slice 7").outcome()
            #expect(outcome.isFine)
            try Self.check(outcome.output, scenario, count: 50, hasLatencies: false)
        }
    }

    @Test("pump bench measures events as they are written, once it is ready")
    func subscribe() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<10, to: "bench")
            let pump = try await Self.start(stage, "subscribe --n 50")
            #expect(try await pump.lines(1) == [Self.ready])
            // None of those that were there counts.
            for first in [10, 40] { try await stage.write(first..<(first + 30), to: "bench") }
            let outcome = try await pump.outcome()
            #expect(outcome.isFine)
            #expect(outcome.output.first == Self.ready)
            try Self.check(Array(outcome.output.dropFirst()), "subscribe", count: 50, hasLatencies: false)
        }
    }

    @Test("pump bench measures a persistent subscription that it creates, once it is ready, and acknowledges events")
    func persistent() async throws {
        try await PumpStage.run { stage in
            let administrator = " --user admin --pass changeit"
            let created = try await Self.start(stage, "ps-create --group herd" + administrator).outcome()
            #expect(created.isFine)
            try Self.check(created.output, "ps-create", count: 1, hasLatencies: true)
            let pump = try await Self.start(stage, "persistent --group herd --n 50 --window 10" + administrator)
            #expect(try await pump.lines(1) == [Self.ready])
            for first in [0, 30] { try await stage.write(first..<(first + 30), to: "bench") }
            let outcome = try await pump.outcome()
            #expect(outcome.isFine)
            #expect(outcome.output.first == Self.ready)
            try Self.check(
                Array(outcome.output.dropFirst()), "persistent", count: 50, window: 10, hasLatencies: false)
            let herd = try await stage.client.connectSubscription("herd", to: "bench", bufferSize: 1)
            for try await event in herd.events {
                #expect(event.number == 50)
                break
            }
        }
    }

    @Test("pump bench fails in one line when there is less than it is to measure, or nothing")
    func failing() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<3, to: "bench")
            let short = try await Self.start(stage, "read-slices --n 4").outcome()
            #expect(short.isFailure(saying: "3 events"))
            #expect(short.output == [])
            let missing = try await Self.start(stage, "read-event --n 1 --stream herd").outcome()
            #expect(missing.isFailure(saying: "'herd'"))
            let stranger = try await Self.start(stage, "ps-create").outcome()
            #expect(stranger.isFailure(saying: "'bench-group'", "denied"))
        }
    }

    @Test(
        "pump bench is told what is wrong with its arguments",
        arguments: [
            ("gallop", "gallop"), ("ping --n 0", "--n"), ("ping --window 0", "--window"),
            ("write-batch --batch 0", "--batch"), ("read-slices --slice 5000", "--slice"),
            ("write-seq --size -1", "--size"), ("ping --warmup -1", "--warmup"),
        ])
    func misuse(arguments: String, words: String) async throws {
        let outcome = try await PumpProcess.run(["bench"] + arguments.split(separator: " ").map(String.init))
        #expect(outcome.isMisuse(saying: words))
    }
}
