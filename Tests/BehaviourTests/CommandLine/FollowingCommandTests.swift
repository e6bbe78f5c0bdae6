import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

@Suite("pump tail", .timeLimit(.minutes(1)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct FollowingCommandTests {
    @Test("pump tail prints what is there and what is written later, and ends after so many events")
    func historyAndLive() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<2)
            let pump = try stage.start("tail", "ponies", "--from", "start", "--count", "4")
            #expect(try await pump.lines(2) == (0..<2).map { PumpStage.line($0) })
            try await stage.write(2..<5)
            let outcome = try await pump.outcome()
            #expect(outcome.isFine)
            #expect(outcome.output == (0..<4).map { PumpStage.line($0) })
        }
    }

    @Test("pump tail begins at the end unless it is told where")
    func place() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<4)
            let pump = try await stage.start("tail", "ponies", "--count", "1", awaiting: .subscribe)
            try await stage.write(4..<5)
            #expect(try await pump.outcome().output == [PumpStage.line(4)])
            let outcome = try await stage.run("tail", "ponies", "--from", "2", "--count", "3")
            #expect(outcome.isFine)
            #expect(outcome.output == (2..<5).map { PumpStage.line($0) })
        }
    }

    @Test("pump tail with --json prints an object per event: payloads as JSON or base64, and the link that led to it")
    func json() async throws {
        try await PumpStage.run { stage in
            let herd = NewEvent(
                id: UUID(), type: "Herd", data: Payload("{\n\"size\": 1.50}"), metadata: Payload("[2]"), isJSON: true)
            let image = NewEvent(type: "Image", data: [1, 2, 0xFF], metadata: [0xFE], isJSON: false)
            try await stage.client.publish([herd, image], to: "herds")
            try await stage.client.publish([.link(to: 0, in: "herds"), .link(to: 1, in: "herds")], to: "ponies")
            let outcome = try await stage.run("tail", "ponies", "--from", "start", "--count", "2", "--json")
            #expect(outcome.isFine)
            #expect(outcome.output.count == 2)
            // As it was written, but for the line feed.
            #expect(outcome.output[0].contains(#""data":{ "size": 1.50},"metadata":[2],"#))
            let keys = ["stream", "number", "id", "type", "isJson", "data", "metadata", "created", "position", "link"]
            for (number, line) in outcome.output.enumerated() {
                let event = try members(line)
                #expect(Set(event.keys) == Set(keys))
                #expect(event["stream"] as? String == "herds")
                #expect(event["number"] as? Int == number)
                let link = try #require(event["link"] as? [String: Any])
                #expect(Set(link.keys) == Set(keys.dropLast(2)))
                #expect(link["stream"] as? String == "ponies")
                #expect(link["number"] as? Int == number)
                let created = try #require(event["created"] as? String)
                let date = try Date(created, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
                #expect(abs(date.timeIntervalSinceNow) < 600)
            }
            let (first, second) = (try members(outcome.output[0]), try members(outcome.output[1]))
            #expect(first["id"] as? String == herd.id.uuidString.lowercased())
            #expect(first["type"] as? String == "Herd")
            #expect(first["isJson"] as? Bool == true)
            #expect(second["isJson"] as? Bool == false)
            #expect(second["data"] as? [String: String] == ["base64": "AQL/"])
            #expect(second["metadata"] as? [String: String] == ["base64": "/g=="])
        }
    }

    @Test("pump tail follows links, or leaves them as they are")
    func links() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<1, to: "herds")
            try await stage.client.publish([.link(to: 0, in: "herds")], to: "ponies")
            let followed = try await stage.run("tail", "ponies", "--from", "start", "--count", "1")
            #expect(followed.output == ["0@ponies  Jump  -> 0@herds  0"])
            let kept = try await stage.run("tail", "ponies", "--from", "start", "--count", "1", "--no-resolve-links")
            #expect(kept.output == ["0@ponies  $>  7 bytes"])
        }
    }

    @Test("pump tail follows $all with a login, from a position on, and only what it is asked for")
    func all() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<1, to: "herds")
            try await stage.write(0..<1)
            let position = try #require(try await stage.write(1..<2).position)
            let pump = try stage.start(
                "tail", "$all", "--json", "--streams", "pon", "--types", "J.mp", "--from", "start", "--count", "3")
            try await pump.lines(2)
            try await stage.write(1..<2, to: "herds")
            try await stage.client.publish([NewEvent(type: "Rest", data: Payload(), isJSON: false)], to: "ponies")
            try await stage.write(3..<4)
            let outcome = try await pump.outcome()
            #expect(outcome.isFine)
            let events = try outcome.output.map(members)
            #expect(events.map { $0["stream"] as? String } == ["ponies", "ponies", "ponies"])
            #expect(events.map { $0["number"] as? Int } == [0, 1, 3])
            #expect(
                events[1]["position"] as? [String: Int64]
                    == ["commit": position.commit, "prepare": position.prepare])
            let place = "\(position.commit)/\(position.prepare)"
            let rest = try await stage.run("tail", "$all", "--from", place, "--count", "2")
            #expect(rest.output == [PumpStage.line(1), PumpStage.line(1, of: "herds")])
        }
    }

    @Test("S68: pump tail fails, waits or starts over where its place lies beyond the end, and says so")
    func beyondEnd() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<2)
            let failed = try await stage.run("tail", "ponies", "--from", "3")
            #expect(failed.isFailure(saying: "'ponies'", "cannot continue from 3"))
            let over = try await stage.run(
                "tail", "ponies", "--from", "3", "--beyond-end", "start-over", "--count", "2")
            #expect(over.status == 0)
            #expect(over.output == (0..<2).map { PumpStage.line($0) })
            let waiting = try stage.start("tail", "ponies", "--from", "3", "--beyond-end", "wait", "--count", "1")
            let warnings = try await waiting.errors(1)
            try await stage.write(2..<4)
            let waited = try await waiting.outcome()
            #expect(waited.status == 0)
            #expect(waited.output == [PumpStage.line(3)])
            for (lines, consequence) in [(over.errors, "starting over"), (warnings, "waiting for it")] {
                #expect(lines.count == 1 && lines[0].contains("beyond the end; \(consequence)"), "\(lines)")
            }
        }
    }

    @Test("pump tail ends orderly when it is asked to, and tells the server", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: CInt) async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<1)
            let leaving = try await stage.leaving()
            let pump = try await stage.start("tail", "ponies", "--from", "start", awaiting: .subscribe)
            // What comes through the subscription shows that it is confirmed.
            try await stage.write(1..<2)
            try await pump.lines(2)
            pump.send(signal)
            let outcome = try await pump.outcome()
            #expect(outcome.isInterrupted)
            #expect(outcome.output == (0..<2).map { PumpStage.line($0) })
            try await stage.server.waitForConnectionCount(1)
            #expect(leaving.effectCount == 1)
        }
    }

    @Test("pump tail fails in one line where there is nothing to follow")
    func failing() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<1)
            try await stage.client.tombstoneStream("ponies")
            let deleted = try await stage.run("tail", "ponies", "--from", "start")
            #expect(deleted.isFailure(saying: "'ponies'", "deleted"))
            #expect(deleted.output == [])
            let forbidden = try await PumpProcess.run(["tail", "$all", "--connect", stage.anonymousURL])
            #expect(forbidden.isFailure(saying: "$all", "denied"))
            let expression = try await stage.run("tail", "$all", "--types", "[")
            #expect(expression.isFailure(saying: "'['"))
        }
    }

    @Test(
        "pump tail is told what is wrong with its arguments",
        arguments: [
            (["ponies", "--from", "there"], "'there'"), (["ponies", "--from", "-1"], "--from"),
            (["$all", "--from", "7"], "'7'"), (["ponies", "--count", "0"], "--count"),
            (["ponies", "--beyond-end", "stop"], "--beyond-end"), (["ponies", "--types", "x"], "$all"),
            ([""], "empty"), ([], "<stream>"),
            (["ponies", "--connect", "ftp://there"], "tcp://"),
        ])
    func misuse(arguments: [String], words: String) async throws {
        #expect(try await PumpProcess.run(["tail"] + arguments).isMisuse(saying: words))
    }
}
