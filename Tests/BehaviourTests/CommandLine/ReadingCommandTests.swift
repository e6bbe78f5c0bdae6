import Foundation
import PhotonPump
import Testing

@Suite("pump read", .timeLimit(.minutes(1)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct ReadingCommandTests {
    @Test("pump tells who may not read, and is not logged in, how to log in; nobody else")
    func notLoggedIn() async throws {
        try await PumpStage.run { stage in
            let anonymous = try await PumpProcess.run(["read", "$all", "--connect", stage.anonymousURL])
            #expect(anonymous.isFailure(saying: "access denied"))
            #expect(anonymous.isFailure(saying: "; nobody is logged in: --connect 'tcp://user:"))
            let name = stage.url.replacing("admin:changeit@", with: "ops:changeit@")
            let user = try await PumpProcess.run(["read", "$all", "--connect", name])
            #expect(user.errors.allSatisfy { !$0.contains("nobody is logged in") })
        }
    }

    @Test("pump read --since prints the events from a time on, of a stream and of all, in both directions")
    func since() async throws {
        try await PumpStage.run { stage in
            for number in 0..<10 { try await stage.write(number..<number + 1) }
            let times = try await stage.client.get("ponies").events.map { $0.created }
            let all = times.indices.map { PumpStage.line($0) }
            let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            for (first, time) in times.enumerated() {
                // Printed with milliseconds, a time may come before several events.
                let text = time.formatted(format)
                let cut = try Date(text, strategy: format).addingTimeInterval(-0.000_000_5)
                let count = times.count { $0 >= cut }
                #expect(count >= times.count - first)
                let wanted = Array(all.suffix(count))
                let forward = try await stage.run("read", "ponies", "--since", text)
                #expect(forward.isFine)
                #expect(forward.output == wanted, "since \(first)")
                let backward = try await stage.run("read", "ponies", "--since", text, "--backward")
                #expect(backward.output == wanted.reversed())
                if first % 4 == 0 {
                    for direction in [["--backward"], []] {
                        let log = try await stage.run(
                            ["read", "$all", "--since", text, "--streams", "ponies"] + direction)
                        #expect(log.isFine)
                        #expect(log.output == (direction.isEmpty ? wanted : wanted.reversed()))
                    }
                }
            }
            for (since, wanted) in [("2020-01-01", all), ("1h", all), ("2100-01-01T00:00:00+02:00", [])] {
                for stream in ["ponies", "$all"] {
                    let selection = stream == "$all" ? ["--streams", "ponies"] : []
                    let outcome = try await stage.run(["read", stream, "--since", since] + selection)
                    #expect(outcome.isFine)
                    #expect(outcome.output == wanted, "\(stream) since \(since)")
                }
            }
            let few = try await stage.run("read", "ponies", "--since", "1h", "--limit", "3")
            #expect(few.output == Array(all.prefix(3)))
        }
    }

    @Test("pump read --since copes with streams whose beginning is gone, and with those that are missing")
    func truncated() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<50)
            try await stage.client.truncateStream("ponies", before: 40)
            let outcome = try await stage.run("read", "ponies", "--since", "1d")
            #expect(outcome.output == (40..<50).map { PumpStage.line($0) })
            try await stage.client.truncateStream("ponies", before: 50)
            #expect(try await stage.run("read", "ponies", "--since", "1d").output == [])
            #expect(try await stage.run("read", "nopes", "--since", "1d").isFailure(saying: "nopes"))
        }
    }

    @Test(
        "pump read --since refuses what is no time",
        arguments: [
            " ", "2", "h", "2y", "2026", "2026-13-01", "2026-02-30", "2026-01-01T25:00", "2026-01-01T1:00", "now",
        ])
    func wrongTime(_ text: String) async throws {
        let outcome = try await PumpProcess.run(["read", "ponies", "--since=\(text)"])
        #expect(outcome.isMisuse(saying: "is no time"))
    }

    @Test("pump read --since and --from exclude each other, except backwards")
    func sinceAndFrom() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<4)
            #expect(
                try await stage.run("read", "ponies", "--since", "1h", "--from", "2").isMisuse(
                    saying: "exclude each other"))
            let backward = try await stage.run("read", "ponies", "--since", "1h", "--from", "2", "--backward")
            #expect(backward.output == [2, 1, 0].map { PumpStage.line($0) })
        }
    }

    @Test("pump puts the time in front of events when it is asked to")
    func times() async throws {
        try await PumpStage.run { stage in
            let written = Date()
            try await stage.write(0..<2)
            #expect(try await stage.run("group", "create", "ponies", "herd", "--from", "start").isFine)
            let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            for command in ["read ponies", "tail ponies --from start --limit 2", "consume ponies herd --limit 2"] {
                let outcome = try await stage.run(command.split(separator: " ").map(String.init) + ["--times"])
                #expect(outcome.isFine)
                #expect(outcome.output.count == 2)
                for (number, line) in outcome.output.enumerated() {
                    let time = try Date(String(line.prefix(24)), strategy: format)
                    #expect(abs(time.timeIntervalSince(written)) < 60, "\(line)")
                    #expect(line.dropFirst(24) == "  \(PumpStage.line(number))")
                }
            }
        }
    }
}
