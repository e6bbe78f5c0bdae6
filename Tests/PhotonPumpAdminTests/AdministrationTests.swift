import EmbeddedEventStore
import Foundation
import PhotonPump
import PhotonPumpAdmin
import ScriptedPeers
import Synchronization
import Testing

@Suite("Administration over HTTP", .timeLimit(.minutes(1)))
struct AdministrationTests {
    // MARK: Errors

    @Test("errors of administration have the request, the status, the node and the server's words, and no password")
    func errors() async throws {
        let (_, requests) = try await Admin.run { request, _ in
            let isSecret = request.body.contains("hay")
            return AnswerServer.Answer(
                status: 500, body: isSecret ? #""cannot use h\u0061y""# : #"{"reason":"broken stable"}"#)
        } _: { admin async throws in
            let error = try await failure { try await admin.users.disable("a b") }
            #expect(error.code == .serverError)
            #expect(error.http?.description == "POST /users/a%20b/command/disable: 500")
            #expect(error.serverMessage == "broken stable")
            #expect(error.endpoint == "127.0.0.1:\(admin.httpPort)")
            #expect(error.mayHaveBeenApplied)
            let secret = try await failure {
                try await admin.users.create("pony", fullName: "A Pony", password: "hay")
            }
            var dumped = ""
            dump(secret, to: &dumped)
            #expect(!"\(secret) \(dumped)".contains("hay") && !"\(secret)".contains("cannot use"))
        }
        #expect(requests.last?.body.contains(#""password":"hay""#) == true)
    }

    @Test("administration tells whether something may have been changed when there is no answer")
    func outcome() async throws {
        _ = try await Admin.run { _, _ in
            nil
        } _: { admin async throws in
            let change = try await failure { try await admin.users.disable("pony") }
            #expect(change.code == .connectionFailed && change.mayHaveBeenApplied && change.isSafeToRepeat)
            let query = try await failure { try await admin.users.get("pony") }
            #expect(query.code == .connectionFailed && !query.mayHaveBeenApplied)
            let unnamed = try await failure { try await admin.projections.createOneTime(query: "x") }
            #expect(unnamed.mayHaveBeenApplied && !unnamed.isSafeToRepeat)
        }
        let port = try UnusedPort()
        defer { withExtendedLifetime(port) {} }
        let nobody = try Admin.tested(httpPort: port.number)
        let error = try await failure { try await nobody.users.disable("pony") }
        #expect(error.code == .connectionFailed && !error.mayHaveBeenApplied)
        await nobody.close()
        #expect(try await failure { try await nobody.users.list() }.code == .clientClosed)
    }

    @Test("users get no empty passwords, and no names that could not log in over HTTP")
    func arguments() async throws {
        let (_, requests) = try await Admin.run { _, _ in
            AnswerServer.Answer()
        } _: { admin async throws in
            for (login, password) in [("pony", ""), ("", "hay"), ("po:ny", "hay"), ("..", "hay")] {
                let error = try await failure {
                    if login == ".." { return try await admin.users.delete(login) }
                    try await admin.users.create(login, fullName: "", password: password)
                }
                #expect(error.code == (login == ".." ? .notFound : .invalidArgument), "\(error)")
            }
        }
        #expect(requests.isEmpty)
    }

    @Test("administration asks for credentials again when those of the connection are no longer right")
    func rotation() async throws {
        var settings = EmbeddedServer.Configuration()
        settings.httpPort = 0
        try await withEmbeddedServer(settings, logger: .silent) { server in
            let httpPort = try #require(server.httpPort)
            let owner = try Admin(Client.Configuration(server.connectionString), httpPort: httpPort, logger: .silent)
            try await owner.users.create("pony", fullName: "A Pony", password: "hay", groups: ["$admins"])
            var configuration = try Client.Configuration(server.connectionString)
            configuration.credentials = nil
            let password = Mutex("hay")
            let asked = Mutex(0)
            let client = try Client(
                configuration,
                credentials: {
                    asked.withLock { $0 += 1 }
                    return Credentials(username: "pony", password: password.withLock { $0 })
                }, logger: .silent)
            let admin = Admin(client, httpPort: httpPort)
            try await client.ping()
            try await owner.users.resetPassword(of: "pony", to: "oats")
            #expect(try await failure { try await admin.users.list() }.code == .accessDenied)
            password.withLock { $0 = "oats" }
            #expect(try await admin.users.list().contains { $0.login == "pony" })
            // Once for the connection, and once for each refusal.
            #expect(asked.withLock { $0 } == 3)
            await client.close()
            await owner.close()
        }
    }

    // MARK: Nodes

    /// Refers to another server, and names it in its gossip, or not.
    private func redirect(
        isMember: Bool, path: String? = nil, _ call: @Sendable (Admin) async throws -> Void
    ) async throws -> (first: [AnswerServer.Request], second: [AnswerServer.Request]) {
        let ((_, first), second) = try await AnswerServer.run { _, _ in
            AnswerServer.Answer(body: #"{"data":[],"loginName":"x"}"#)
        } _: { other in
            try await Admin.run { request, _ in
                let member = Gossip.Member(
                    state: "Master", host: "127.0.0.1", port: 1, httpPort: isMember ? other : other - 1)
                if request.path == "/gossip" { return AnswerServer.Answer(body: Gossip.json([member])) }
                let location = "http://127.0.0.1:\(other)\(path ?? request.path)?x=1"
                return AnswerServer.Answer(status: 307, headers: ["Location": location])
            } _: {
                try await call($0)
            }
        }
        return (first, second)
    }

    @Test("a node that refers to another one of its cluster is followed, with everything that was sent")
    func redirection() async throws {
        let (first, second) = try await self.redirect(isMember: true) {
            try await $0.users.update("pony", fullName: "The Pony", groups: [])
        }
        #expect(first.map(\.path) == ["/users/pony", "/gossip"])
        #expect(first.map(\.user) == ["admin", nil])
        let request = try #require(second.first)
        #expect(request.method == "PUT" && request.path == "/users/pony" && request.query == ["x": "1"])
        #expect(request.user == "admin" && request.body == first[0].body)
    }

    @Test("a node that refers to somebody whom gossip does not name is not followed")
    func stranger() async throws {
        let (_, second) = try await self.redirect(isMember: false) { admin async throws in
            let error = try await failure { try await admin.users.list() }
            #expect(error.code == .notHandled)
            #expect("\(error)".contains("does not name"))
        }
        #expect(second.isEmpty)
    }

    @Test(
        "a node that refers to another one for something else is not followed",
        arguments: ["/admin/shutdown", "//admin/users/pony", "/users/pony/../../admin/shutdown", "/users/pon%79%"])
    func elsewhere(path: String) async throws {
        let (_, second) = try await self.redirect(isMember: true, path: path) { admin async throws in
            let error = try await failure { try await admin.users.delete("pony") }
            #expect(error.code == .notHandled && !error.mayHaveBeenApplied)
            #expect("\(error)".contains("for something else"), "\(error)")
        }
        #expect(second.isEmpty)
    }

    @Test(
        "a node that refers to what is no place, or again and again to itself, is asked four times at most",
        arguments: [
            "", "/users/", "users", "//", "//:1/", "http://", "http:///", "http://127.0.0.1:0/", "ftp://127.0.0.1/",
            "http://127.0.0.1:99999999999999999999/", "http://[::1/", "http://a\u{7f}b/", "/%00", "/%zz",
            "http://" + String(repeating: "a", count: 60_000) + "/", "javascript:alert(1)",
        ])
    func nowhere(location: String) async throws {
        let (_, requests) = try await Admin.run { request, _ in
            if request.path == "/gossip" { return AnswerServer.Answer(body: Gossip.json([])) }
            return AnswerServer.Answer(status: 307, headers: ["Location": location])
        } _: { admin async throws in
            let error = try await failure { try await admin.users.list() }
            #expect(error.code == .notHandled, "\(error)")
            #expect("\(error)".count < 10_000)
        }
        #expect(requests.count { $0.path != "/gossip" } <= 4)
    }

    @Test("a node is never taken for another one that it refers to, least of all to shut it down")
    func shutDown() async throws {
        let (first, second) = try await self.redirect(isMember: true) { admin async throws in
            #expect(try await failure { try await admin.node.shutDown() }.code == .notHandled)
            let named = admin.node(at: Endpoint(host: "127.0.0.1", port: admin.httpPort))
            #expect(try await failure { try await named.shutDown() }.code == .notHandled)
        }
        #expect(first.map(\.path) == ["/admin/shutdown", "/admin/shutdown"])
        #expect(second.isEmpty)
    }

    @Test(
        "the health of a node is whether it answers, and whether it serves requests",
        arguments: [
            (200, #"{"esVersion":"5.0.11.0","state":"follower"}"#, true, true),
            (200, #"{"esVersion":"23.10.0","state":"leader","features":{}}"#, true, true),
            (200, #"{"esVersion":"5.0.11.0","state":"catchingUp"}"#, true, false),
            (200, #"{"esVersion":"5.0.11.0","state":"grazing"}"#, true, false),
            (503, "", true, false), (200, "?", true, false), (0, "", false, false),
        ])
    func health(status: Int, body: String, isLive: Bool, isReady: Bool) async throws {
        _ = try await Admin.run { _, _ in
            status == 0 ? nil : AnswerServer.Answer(status: status, body: body)
        } _: { admin async throws in
            let health = try await admin.node.health()
            #expect(health.isLive == isLive && health.isReady == isReady)
            #expect((health.error == nil) == (health.info != nil))
        }
    }

    @Test("the health of a node is not told by a login that is wrong, or a cluster without a master")
    func unknownHealth() async throws {
        _ = try await Admin.run { _, _ in
            AnswerServer.Answer(status: 401)
        } _: { admin async throws in
            #expect(try await failure { try await admin.node.health() }.code == .accessDenied)
        }
        let port = try UnusedPort()
        defer { withExtendedLifetime(port) {} }
        let cluster = try Admin(Client.Configuration("discover://127.0.0.1:\(port.number)?connectTimeout=1s"))
        #expect(try await failure { try await cluster.node.health() }.code == .discoveryFailed)
        await cluster.close()
    }

    @Test("a node that is told to do something once is named in the error, which says not to repeat it")
    func once() async throws {
        _ = try await Admin.run { _, _ in
            nil
        } _: { admin async throws in
            let node = Endpoint(host: "127.0.0.1", port: admin.httpPort)
            let master = try await failure { try await admin.node.shutDown() }
            #expect(master.mayHaveBeenApplied && !master.isSafeToRepeat)
            let named = try await failure { try await admin.node(at: node).shutDown() }
            #expect(named.mayHaveBeenApplied && named.isSafeToRepeat)
            let resigning = try await failure { try await admin.node.resign() }
            #expect(!resigning.isSafeToRepeat)
            let scavenge = try await failure { try await admin.node.startScavenge() }
            #expect(!scavenge.isSafeToRepeat && scavenge.endpoint == "\(node)")
            #expect(try await failure { try await admin.node.stopScavenge("") }.code == .invalidArgument)
        }
    }

    // MARK: Persistent subscriptions

    private static let odd = """
        [{"groupName":"a/b","eventStreamId":"s?","status":"Live","connectionCount":2},
        {"groupName":"a/b","eventStreamId":"t","status":"Live","connectionCount":3}]
        """

    @Test("subscriptions that servers do not find over HTTP are found in the list, and else the error says why")
    func oddNames() async throws {
        let (_, requests) = try await Admin.run { request, _ in
            request.path == "/subscriptions" ? AnswerServer.Answer(body: Self.odd) : AnswerServer.Answer(status: 404)
        } _: { admin async throws in
            #expect(try await admin.subscriptions.details(of: "a/b", to: "s?").connectionCount == 2)
            #expect(try await admin.subscriptions.list(to: "s?").map(\.connectionCount) == [2])
            let missing = try await failure { try await admin.subscriptions.details(of: "a/b", to: "u") }
            #expect(missing.code == .subscriptionNotFound)
            let replay = try await failure { try await admin.subscriptions.replayParkedEvents(of: "a/b", to: "t") }
            #expect(replay.code == .subscriptionNotFound)
            #expect("\(replay)".contains("contains '/', '?', '#'"))
        }
        #expect(requests.map(\.path).prefix(3) == ["/subscriptions", "/subscriptions", "/subscriptions"])
    }

    @Test("parked events are read with their reasons, deleted from the first on, and never come back")
    func parked() async throws {
        var settings = EmbeddedServer.Configuration()
        settings.httpPort = 0
        try await withEmbeddedServer(settings, logger: .silent) { server in
            try await withClient(server.connectionString, logger: .silent) { client in
                let admin = Admin(client, httpPort: try #require(server.httpPort))
                var group = PersistentSubscriptionSettings()
                group.startFrom = .start
                try await client.createSubscription("a/b", to: "s:?", settings: group)
                try await client.publish(
                    (0..<4).map { _ in NewEvent(type: "Jumped", data: "{}", isJSON: true) }, to: "s:?")
                let herd = try await client.connectSubscription("a/b", to: "s:?")
                var events = herd.events.makeAsyncIterator()
                for _ in 0..<4 { herd.nack(try #require(try await events.next()), action: .park, reason: "lame") }
                var seen = 0
                while seen < 4 { seen = try await Self.numbers(admin).count }
                for try await parked in admin.subscriptions.parkedEvents(of: "a/b", to: "s:?") {
                    #expect(parked.reason == "lame")
                }
                try await admin.subscriptions.deleteParkedEvents(of: "a/b", to: "s:?", upTo: 1)
                #expect(try await Self.numbers(admin) == [2, 3])
                try await admin.subscriptions.deleteParkedEvents(of: "a/b", to: "s:?", upTo: 0)
                #expect(try await Self.numbers(admin) == [2, 3])
                try await admin.subscriptions.deleteParkedEvents(of: "a/b", to: "s:?")
                #expect(try await Self.numbers(admin) == [])
                try await admin.subscriptions.deleteParkedEvents(of: "nobody's", to: "s:?")
                let wrong = try await failure {
                    try await admin.subscriptions.deleteParkedEvents(of: "a/b", to: "s:?", upTo: -1)
                }
                #expect(wrong.code == .invalidArgument)
                await admin.close()
                _ = try await client.getLastEvent(in: "s:?")
            }
        }
    }

    private static func numbers(_ admin: Admin) async throws -> [Int64] {
        try await admin.subscriptions.parkedEvents(of: "a/b", to: "s:?").reduce(into: []) {
            $0.append($1.event.received.number)
        }
    }
}
