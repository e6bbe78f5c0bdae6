import Foundation
import PhotonPump
import Testing

@Suite("pump over HTTP", .timeLimit(.minutes(1)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct AdminCommandTests {
    /// A file that only its owner can read.
    private static func withSecret(_ text: String, _ body: (String) async throws -> Void) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        defer { try? FileManager.default.removeItem(at: file) }
        try await body(file.path)
    }

    @Test("pump user creates, shows, changes and deletes users, whose passwords come from files")
    func users() async throws {
        try await PumpStage.run { stage in
            try await Self.withSecret("hay") { hay in
                try await Self.withSecret("oats") { oats in
                    func user(_ arguments: String...) async throws -> PumpProcess.Outcome {
                        try await stage.run(["user"] + arguments + ["--http-port", stage.httpPort])
                    }
                    let created = try await user(
                        "create", "rarity", "--full-name", "Miss Rarity", "--group", "$ops", "--group", "stable",
                        "--password-file", hay)
                    #expect(created.isFine)
                    #expect(created.output == ["rarity: created"])
                    let list = try await user("list")
                    #expect(list.isFine)
                    #expect(list.output.contains { $0.hasPrefix("rarity  Miss Rarity") && $0.hasSuffix("no") })
                    let json = try await user("get", "rarity", "--json")
                    let details =
                        #"{"login":"rarity","fullName":"Miss Rarity","groups":["$ops","stable"],"isDisabled":false,"#
                    #expect(json.output.count == 1 && json.output.first?.hasPrefix(details) == true)
                    let own = stage.url.replacing("admin:changeit@", with: "rarity:hay@")
                    let changed = try await PumpProcess.run([
                        "user", "change-password", "--password-file", oats, "--http-port", stage.httpPort, "--connect",
                        own,
                    ])
                    #expect(changed.isFine)
                    #expect(changed.output == ["rarity: password changed"])
                    // A login over TCP obeys at once.
                    let old = try await PumpProcess.run(["read", "ponies", "--connect", own])
                    #expect(old.status == 1)
                    let now = own.replacing(":hay@", with: ":oats@")
                    let new = try await PumpProcess.run([
                        "user", "current", "--http-port", stage.httpPort, "--connect", now,
                    ])
                    #expect(new.isFine)
                    #expect(new.output.contains("groups           $ops stable"))
                    for (command, done) in [("disable", "disabled"), ("enable", "enabled"), ("delete", "deleted")] {
                        #expect(try await user(command, "rarity").output == ["rarity: \(done)"])
                    }
                    let gone = try await user("get", "rarity")
                    #expect(gone.isFailure(saying: "rarity", "no such user"))
                }
            }
        }
    }

    @Test("pump user takes no password from where others can see it")
    func secrets() async throws {
        try await PumpStage.run { stage in
            let empty = try await stage.run("user", "reset-password", "ops", "--http-port", stage.httpPort)
            #expect(empty.isFailure(saying: "stdin"))
            try await Self.withSecret("hay") { path in
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
                let open = try await stage.run(
                    "user", "reset-password", "ops", "--password-file", path, "--http-port", stage.httpPort)
                #expect(open.isFailure(saying: "chmod 600"))
            }
        }
    }

    @Test("pump node tells about a server, and whether it is fit for work")
    func node() async throws {
        try await PumpStage.run { stage in
            func node(_ arguments: String...) async throws -> PumpProcess.Outcome {
                try await stage.run(["node"] + arguments + ["--http-port", stage.httpPort])
            }
            let info = try await node("info")
            #expect(info.isFine)
            #expect(info.output.contains("state            master"))
            #expect(try members(try #require(try await node("info", "--json").output.first))["esVersion"] is String)
            let health = try await node("health")
            #expect(health.isFine)
            #expect(health.output == ["live, ready (master)"])
            let stats = try await node("stats", "--json")
            #expect(stats.isFine)
            #expect(try members(try #require(stats.output.first))["proc"] is [String: Any])
            let named = try await stage.run("node", "info", "--node", "127.0.0.1:\(stage.httpPort)")
            #expect(named.output == info.output)
            let shutdown = try await node("shutdown")
            #expect(shutdown.isFine)
            #expect(shutdown.output == ["the node shuts down"])
            let dead = try await node("health")
            #expect(dead.status == 1)
            #expect(dead.output == ["not live, not ready"])
            #expect(dead.errors.count == 1)
        }
    }

    @Test(
        "pump node refuses what is no host and port",
        arguments: ["db1", "db1:0", "a:b@db1:2113", "db1:2113,db2:2113"])
    func wrongNode(_ argument: String) async throws {
        let outcome = try await PumpProcess.run(["node", "info", "--node", argument])
        #expect(outcome.status == 64)
    }

    @Test("pump group lists persistent subscriptions, and moves parked events to a file")
    func groups() async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<3)
            #expect(try await stage.run("group", "create", "ponies", "herd", "--from", "start").isFine)
            let list = try await stage.run("group", "list", "--http-port", stage.httpPort)
            #expect(list.isFine)
            #expect(list.output.last?.hasPrefix("ponies  herd") == true)
            let none = try await stage.run("group", "list", "nopes", "--http-port", stage.httpPort)
            #expect(none.isFine)
            #expect(none.output.count == 1)

            let herd = try await stage.client.connectSubscription("herd", to: "ponies")
            var events = herd.events.makeAsyncIterator()
            for _ in 0..<3 { herd.nack(try #require(try await events.next()), action: .park, reason: "lame") }
            let parked = "$persistentsubscription-ponies::herd-parked"
            for try await event in try await stage.client.subscribe(to: parked, from: .start).events
            where event.received.number == 2 { break }
            let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: file) }
            for (count, moved, left) in [("2", 2, ["2"]), ("9", 1, [])] {
                let drained = try await stage.run(
                    "group", "parked", "ponies", "herd", "--count", count, "--drain", file.path)
                #expect(drained.isFine)
                #expect(drained.output == ["herd of ponies: \(moved) events moved to \(file.path)"])
                let rest = try await stage.run("group", "parked", "ponies", "herd")
                #expect(rest.output.map { String($0.prefix { $0 != "@" }) } == left)
            }
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            #expect(try lines.map { try members(String($0))["number"] as? Int } == [0, 1, 2])
            // What is parked later is not deleted in advance.
            let deleted = try await stage.run("group", "delete-parked", "ponies", "herd", "--up-to", "5000")
            #expect(deleted.output == ["herd of ponies: parked events deleted"])
            try await stage.write(3..<4)
            herd.nack(try #require(try await events.next()), action: .park)
            for try await event in try await stage.client.subscribe(to: parked, from: .start).events
            where event.received.number == 3 { break }
            let later = try await stage.run("group", "parked", "ponies", "herd")
            #expect(later.output.map { $0.hasPrefix("3@") } == [true])
        }
    }

    @Test("pump projection follows the life of a projection, and prints what it computes")
    func projections() async throws {
        try await PumpStage.run(projecting: true) { stage in
            func projection(_ arguments: String...) async throws -> PumpProcess.Outcome {
                try await stage.run(["projection"] + arguments + ["--http-port", stage.httpPort])
            }
            try await stage.write(0..<3)
            let waited = try await projection("wait", "$by_category", "running")
            #expect(waited.isFine)
            #expect(waited.output == ["$by_category: Running"])
            let list = try await projection("list", "--mode", "continuous")
            #expect(list.isFine)
            #expect(list.output.contains { $0.hasPrefix("$by_category ") && $0.contains("Running") })
            let type = "native:EventStore.Projections.Core.Standard.CategorizeStreamByPath"
            let created = try await projection("create", "herds", "--text", "first\n-", "--type", type, "--emit")
            #expect(created.isFine)
            #expect(created.output == ["herds: created"])
            #expect(try await projection("query", "herds").output == ["first", "-"])
            let definition = try await projection("query", "herds", "--json")
            #expect(try members(try #require(definition.output.first))["query"] as? String == "first\n-")
            let refused = try await projection("delete", "herds")
            #expect(refused.isFailure(saying: "herds", "disable it"))
            for (command, done) in [("disable", "disabled"), ("reset", "reset"), ("delete", "deleted")] {
                let outcome = try await projection(command, "herds")
                #expect(outcome.isFine)
                #expect(outcome.output == ["herds: \(done)"])
            }
            let status = try await projection("status", "$by_category", "--json")
            #expect(try members(try #require(status.output.first))["status"] as? String == "Running")
            let state = try await projection("state", "$by_category")
            #expect(state.isFine)
            let impossible = try await projection("wait", "$by_category", "happy")
            #expect(impossible.status == 64)
        }
    }
}
