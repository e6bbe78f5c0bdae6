import Foundation
import PhotonPump
import Testing

@Suite("pump diff", .timeLimit(.minutes(1)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct DiffCommandTests {
    private static let ids = (0..<6).map { _ in UUID() }

    private static func event(
        _ number: Int, type: String = "Jump", data: String = "1", metadata: String = ""
    ) -> NewEvent {
        NewEvent(id: self.ids[number], type: type, data: Payload(data), metadata: Payload(metadata), isJSON: true)
    }

    @Test("pump diff names what only one side has, and in what the others differ")
    func differences() async throws {
        try await PumpStage.run { stage in
            try await stage.client.publish((0..<4).map { Self.event($0) }, to: "a")
            try await stage.client.publish(
                [
                    Self.event(0), Self.event(1, type: "Run", data: "2"), Self.event(4, metadata: "{}"), Self.event(3),
                    Self.event(5),
                ], to: "b")
            let outcome = try await stage.run("diff", "a", "b")
            #expect(outcome.isFailure(saying: "'a' and 'b' differ"))
            #expect(
                outcome.output == ["~ 1@a  Jump  (type, data)", "~ 2@a  Jump  (id, metadata)", "+ 4@b  Jump"])
            let mirrored = try await stage.run("diff", "b", "a", "--limit", "1", "--json")
            #expect(mirrored.output.count == 1)
            let first = try members(try #require(mirrored.output.first))
            #expect(first["difference"] as? String == "different")
            #expect(first["parts"] as? [String] == ["type", "data"])
            #expect(try await stage.run("diff", "b", "a", "--count", "3").output.last == "- 4@b  Jump")
        }
    }

    @Test(
        "pump diff finds events that are missing at the beginning by their numbers, and takes none for others without")
    func numbers() async throws {
        try await PumpStage.run { stage in
            let events = (0..<6).map { Self.event($0) }
            try await stage.client.publish(events, to: "a")
            try await stage.client.publish(events, to: "b")
            try await stage.client.publish(Array(events[2...]), to: "c")
            #expect(try await stage.run("diff", "a", "b").output == ["equal: 6 events"])
            #expect(try await stage.run("--json", "diff", "a", "b").output == [#"{"equal":6}"#])
            try await stage.client.truncateStream("b", before: 2)
            #expect(try await stage.run("diff", "a", "b").output == ["- 0@a  Jump", "- 1@a  Jump"])
            #expect(try await stage.run("diff", "b", "a").output == ["+ 0@a  Jump", "+ 1@a  Jump"])
            #expect(try await stage.run("diff", "b", "c").status == 1)
            #expect(try await stage.run("diff", "b", "c", "--ignore-numbers").output == ["equal: 4 events"])
            let shifted = try await stage.run("diff", "a", "c", "--ignore-numbers")
            #expect(shifted.output.count == 1 && shifted.output[0].hasPrefix("! 0@a"))
        }
    }

    @Test("pump diff compares all streams in the order of the log, and fails where there is no stream")
    func all() async throws {
        try await CopyCommandTests.run { first, second in
            for (stage, order) in [(first, ["a", "b"]), (second, ["b", "a"])] {
                for stream in order {
                    try await stage.client.publish([Self.event(stream == "a" ? 0 : 1)], to: stream)
                }
            }
            let outcome = try await first.run("diff", "$all", "$all", "--target", second.url)
            #expect(outcome.isFailure(saying: "differ"))
            #expect(outcome.output == ["! 0@a  Jump  (something else comes first in the second place)"])
            let one = try await first.run("diff", "$all", "$all", "--streams", "a", "--target", second.url)
            #expect(one.output == ["equal: 1 events"])
            #expect(try await first.run("diff", "a", "nopes").isFailure(saying: "nopes"))
        }
    }
}
