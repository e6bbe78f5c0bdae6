import Foundation
import PhotonPump
import ScriptedPeers
import Testing

@Suite("pump group", .timeLimit(.minutes(1)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct GroupCommandTests {
    @Test("pump group creates, updates and deletes a persistent subscription, and says so")
    func managing() async throws {
        try await PumpStage.run { stage in
            for (command, result) in [("create", "created"), ("update", "updated"), ("delete", "deleted")] {
                let text = try await stage.run("group", command, "ponies", "herd")
                #expect(text.isFine)
                #expect(text.output == ["herd of ponies: \(result)"])
                let json = try await stage.run("--json", "group", command, "ponies", "flock")
                #expect(json.isFine)
                #expect(json.output == [#"{"stream":"ponies","group":"flock","result":"\#(result)"}"#])
            }
        }
    }

    @Test("pump group hands all settings over; an update without them gives the defaults")
    func settings() async throws {
        try await PumpStage.run { stage in
            func config(_ command: String, _ settings: String...) async throws -> [String: Any] {
                let change = ["group", command, "ponies", "herd"] + settings + ["--connect", stage.url]
                #expect(try await PumpProcess.run(change).isFine)
                let info = try await stage.run(
                    "group", "info", "ponies", "herd", "--json", "--http-port", stage.httpPort)
                #expect(info.isFine)
                #expect(info.output.count == 1)
                return try #require(try members(info.output[0])["config"] as? [String: Any])
            }
            let created = try await config(
                "create", "--resolve-links", "--from", "7", "--message-timeout", "1.5", "--statistics",
                "--live-buffer", "11", "--read-batch", "12", "--buffer", "13", "--max-retries", "14",
                "--checkpoint-after", "2.5", "--min-checkpoint", "15", "--max-checkpoint", "16",
                "--max-subscribers", "17", "--strategy", "pinned")
            let numbers = [
                "startFrom": (7, -1), "messageTimeoutMilliseconds": (1500, 30000), "liveBufferSize": (11, 500),
                "readBatchSize": (12, 20), "bufferSize": (13, 500), "maxRetryCount": (14, 10),
                "checkPointAfterMilliseconds": (2500, 2000), "minCheckPointCount": (15, 10),
                "maxCheckPointCount": (16, 1000), "maxSubscriberCount": (17, 0),
            ]
            for (name, values) in numbers { #expect(created[name] as? Int == values.0, "\(name)") }
            #expect(created["resolveLinktos"] as? Bool == true)
            #expect(created["extraStatistics"] as? Bool == true)
            #expect(created["namedConsumerStrategy"] as? String == "Pinned")
            let updated = try await config("update")
            for (name, values) in numbers { #expect(updated[name] as? Int == values.1, "\(name)") }
            #expect(updated["resolveLinktos"] as? Bool == false)
            #expect(updated["extraStatistics"] as? Bool == false)
            #expect(updated["namedConsumerStrategy"] as? String == "RoundRobin")
        }
    }

    @Test("pump group shows people how a persistent subscription is getting on")
    func info() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<3)
            #expect(try await stage.run("group", "create", "ponies", "herd", "--from", "start").isFine)
            let herd = try await stage.client.connectSubscription("herd", to: "ponies", bufferSize: 2)
            var events = herd.events.makeAsyncIterator()
            _ = try await events.next()
            let outcome = try await stage.run("group", "info", "ponies", "herd", "--http-port", stage.httpPort)
            #expect(outcome.isFine)
            let facts = outcome.output.map { $0.split(separator: "  ", maxSplits: 1).map { $0.trimmed } }
            #expect(facts.contains(["consumers", "1"]))
            #expect(facts.contains(["in flight", "2"]))
            #expect(facts.contains { $0[0] == "status" })
            #expect(facts.count == 6)
        }
    }

    @Test("pump group, and gossip, name the option for the HTTP port where nobody answers at the usual one")
    func httpPort() async throws {
        let port = try UnusedPort()
        try await PumpStage.run { stage in
            for command in [
                ["group", "info", "ponies", "herd"], ["group", "replay-parked", "ponies", "herd"], ["gossip"],
            ] {
                let outcome = try await stage.run(command + ["--http-port", "\(port.number)"])
                #expect(outcome.status == 1)
                #expect(outcome.errors.count == 1)
                #expect(outcome.errors.first?.contains("127.0.0.1:\(port.number)") == true, "\(outcome.errors)")
                #expect(outcome.errors.first?.hasSuffix("give --http-port)") == true, "\(outcome.errors)")
            }
            // A cluster tells which ports its nodes have.
            let outcome = try await PumpProcess.run(["gossip", "--connect", "discover://127.0.0.1:\(port.number)"])
            #expect(outcome.status == 1)
            #expect(outcome.errors.first?.contains("--http-port") == false, "\(outcome.errors)")
        }
    }

    @Test("pump group has parked events delivered again")
    func replay() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<1)
            #expect(try await stage.run("group", "create", "ponies", "herd", "--from", "start").isFine)
            let herd = try await stage.client.connectSubscription("herd", to: "ponies")
            var events = herd.events.makeAsyncIterator()
            herd.nack(try #require(try await events.next()), action: .park)
            let parked = "$persistentsubscription-ponies::herd-parked"
            for try await _ in try await stage.client.subscribe(to: parked, from: .start).events { break }
            let outcome = try await stage.run(
                "group", "replay-parked", "ponies", "herd", "--http-port", stage.httpPort)
            #expect(outcome.isFine)
            #expect(outcome.output == ["herd of ponies: replaying parked events"])
            #expect(try await events.next()?.link?.stream == parked)
        }
    }

    @Test("pump group prints the parked events, one a line, with why they were parked")
    func parked() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<2)
            #expect(try await stage.run("group", "create", "ponies", "herd", "--from", "start").isFine)
            let herd = try await stage.client.connectSubscription("herd", to: "ponies")
            var events = herd.events.makeAsyncIterator()
            herd.nack(try #require(try await events.next()), action: .park, reason: "lame\nand old")
            herd.nack(try #require(try await events.next()), action: .park, reason: "shy")
            let parked = "$persistentsubscription-ponies::herd-parked"
            for try await event in try await stage.client.subscribe(to: parked, from: .start).events
            where event.received.number == 1 { break }

            let text = try await stage.run("group", "parked", "ponies", "herd")
            #expect(text.isFine)
            #expect(
                text.output == [
                    #"0@\#(parked)  Jump  -> 0@ponies  0  (lame\u000aand old)"#,
                    #"1@\#(parked)  Jump  -> 1@ponies  1  (shy)"#,
                ])
            let json = try await stage.run("group", "parked", "ponies", "herd", "--json", "--backward", "--count", "1")
            #expect(json.isFine)
            #expect(json.output.count == 1)
            let event = try members(try #require(json.output.first))
            #expect(event["reason"] as? String == "shy")
            #expect((event["note"] as? String)?.hasSuffix("shy") == true)
            #expect(event["number"] as? Int == 1)
            #expect((event["link"] as? [String: Any])?["stream"] as? String == parked)

            let none = try await stage.run("group", "parked", "ponies", "nobody")
            #expect(none.isFine)
            #expect(none.output == [])
            let stranger = try await PumpProcess.run(
                ["group", "parked", "ponies", "herd", "--connect", stage.anonymousURL])
            #expect(stranger.isFailure(saying: parked, "denied"))
        }
    }

    @Test("pump group says in one line that a persistent subscription is there already")
    func exists() async throws {
        try await PumpStage.run { stage in
            #expect(try await stage.run("group", "create", "ponies", "herd").isFine)
            let outcome = try await stage.run("group", "create", "ponies", "herd")
            #expect(outcome.isFailure(saying: "'herd'", "'ponies'", "already"))
            #expect(outcome.output == [])
        }
    }

    @Test(
        "pump group says in one line that a persistent subscription is missing",
        arguments: ["update", "delete", "info", "replay-parked"])
    func missing(command: String) async throws {
        try await PumpStage.run { stage in
            let http = ["info", "replay-parked"].contains(command) ? ["--http-port", stage.httpPort] : []
            let outcome = try await PumpProcess.run(
                ["group", command, "ponies", "herd", "--json", "--connect", stage.url] + http)
            #expect(outcome.isFailure(saying: "'herd'", "'ponies'"))
            #expect(outcome.output == [])
        }
    }

    @Test("pump group says in one line that somebody may not, and that settings do not fit each other or the server")
    func refused() async throws {
        try await PumpStage.run { stage in
            let stranger = try await PumpProcess.run(
                ["group", "create", "ponies", "herd", "--connect", stage.anonymousURL])
            #expect(stranger.isFailure(saying: "'herd'", "denied"))
            let buffers = try await stage.run(
                "group", "create", "ponies", "herd", "--buffer", "20", "--read-batch", "20")
            #expect(buffers.isFailure(saying: "20"))
            let strategy = try await stage.run("group", "create", "ponies", "herd", "--strategy", "by-height")
            #expect(strategy.isFailure(saying: "'herd'", "by-height"))
        }
    }

    @Test(
        "pump group is told what is wrong with its arguments",
        arguments: [
            (["create", "ponies"], "<group>"), (["create", "ponies", "herd", "--from", "there"], "'there'"),
            (["update", "ponies", "herd", "--message-timeout", "-1"], "--message-timeout"),
            (["info", "ponies", "herd", "--http-port", "0"], "--http-port"), (["shoe", "ponies", "herd"], "shoe"),
        ])
    func misuse(arguments: [String], words: String) async throws {
        #expect(try await PumpProcess.run(["group"] + arguments).isMisuse(saying: words))
    }
}

extension StringProtocol {
    fileprivate var trimmed: String { self.trimmingCharacters(in: .whitespaces) }
}
