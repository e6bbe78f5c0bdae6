import Foundation
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

@Suite("Users over HTTP", .timeLimit(.minutes(1)))
struct UserPagesTests {
    private static let admin = "admin:changeit"
    private static let pony =
        #"{"loginName":"pony","fullName":"A Pony","password":"hay","groups":["herd","others"]}"#

    /// Whether this login is accepted over TCP and HTTP, which must agree.
    private static func accepts(_ login: String, _ server: EmbeddedServer) async throws -> Bool {
        let parts = login.split(separator: ":").map(String.init)
        let peer = try await ScriptedPeer.connect(to: server)
        let answer = try await peer.ask(
            Package(.authenticate, GUID(1, 1), login: try Login(name: parts[0], password: parts[1])))
        await peer.close()
        let status = try await server.ask("GET", "/users/$current", as: login).status
        #expect(answer?.command == (status == 200 ? .authenticated : .notAuthenticated))
        return status == 200
    }

    @Test("users over HTTP can log in over TCP as soon as they are created, and only while they are enabled")
    func life() async throws {
        try await withHTTPServer { server async throws in
            let command = "/users/pony/command"
            #expect(try await !Self.accepts("pony:hay", server))
            #expect(try await server.ask("POST", "/users/", as: Self.admin, Self.pony).status == 201)
            #expect(try await Self.accepts("pony:hay", server))
            #expect(try await server.ask("POST", "\(command)/disable", as: Self.admin).status == 200)
            #expect(try await !Self.accepts("pony:hay", server))
            #expect(try await server.ask("POST", "\(command)/enable", as: Self.admin).status == 200)
            #expect(try await Self.accepts("pony:hay", server))
            let reset = #"{"newPassword":"oats"}"#
            #expect(try await server.ask("POST", "\(command)/reset-password", as: Self.admin, reset).status == 200)
            #expect(try await !Self.accepts("pony:hay", server))
            #expect(try await Self.accepts("pony:oats", server))
            #expect(try await server.ask("DELETE", "/users/pony", as: Self.admin).status == 200)
            #expect(try await !Self.accepts("pony:oats", server))
        }
    }

    private static func readsEverything(_ server: EmbeddedServer) async throws -> Bool {
        let peer = try await ScriptedPeer.connect(to: server)
        let read = ReadAllEvents(
            commitPosition: 0, preparePosition: 0, maxCount: 1, resolveLinks: false, requireMaster: false)
        let login = try Login(name: "pony", password: "hay")
        let package = Package(.readAllEventsForward, GUID(1, 1), login: login, payload: read.encoded())
        let answer = try #require(await peer.ask(package))
        await peer.close()
        return try ReadAllEventsCompleted(decoding: answer.payload).result != .accessDenied
    }

    @Test("users over HTTP have over TCP what their groups may")
    func groups() async throws {
        try await withHTTPServer { server async throws in
            #expect(try await server.ask("POST", "/users/", as: Self.admin, Self.pony).status == 201)
            #expect(try await !Self.readsEverything(server))
            let update = #"{"fullName":"The Pony","groups":["$admins"]}"#
            #expect(try await server.ask("PUT", "/users/pony", as: Self.admin, update).status == 200)
            #expect(try await Self.readsEverything(server))
        }
    }

    /// Asks for another password than `current`.
    private static func change(
        _ name: String, as login: String, from current: String, _ server: EmbeddedServer
    ) async throws -> PlainAnswer {
        let body = #"{"currentPassword":"\#(current)","newPassword":"oats"}"#
        return try await server.ask("POST", "/users/\(name)/command/change-password", as: login, body)
    }

    @Test("users over HTTP are the business of administrators, but for their own password")
    func rights() async throws {
        try await withHTTPServer { server in
            #expect(try await server.ask("POST", "/users/", as: Self.admin, Self.pony).status == 201)
            for login in [nil, "ops:changeit", "pony:hay"] {
                for (method, path) in [
                    ("GET", "/users/"), ("GET", "/users/pony"), ("POST", "/users/"), ("PUT", "/users/pony"),
                    ("DELETE", "/users/pony"), ("POST", "/users/pony/command/disable"),
                    ("POST", "/users/pony/command/reset-password"),
                ] {
                    let answer = try await server.ask(method, path, as: login, "{}")
                    #expect(answer.status == 401, "\(method) \(path)")
                    #expect(answer.body.isEmpty)
                }
            }
            let wrong = try await Self.change("pony", as: "pony:hay", from: "straw", server)
            #expect(wrong.status == 401)
            #expect(try wrong.members["error"] as? String == "Unauthorized")
            #expect(try await Self.change("ops", as: "pony:hay", from: "changeit", server).status == 401)
            #expect(try await Self.accepts("ops:changeit", server))
            #expect(try await Self.change("pony", as: "pony:hay", from: "hay", server).status == 200)
            #expect(try await Self.accepts("pony:oats", server))
        }
    }

    @Test("users over HTTP without a password, or with one that no login can carry, are refused")
    func impossible() async throws {
        try await withHTTPServer { server in
            for body in [#"{"loginName":"x"}"#, #"{"password":"x"}"#, ""] {
                #expect(try await server.ask("POST", "/users/", as: Self.admin, body).status == 408)
            }
            let long = String(repeating: "x", count: 256)
            let answer = try await server.ask(
                "POST", "/users/", as: Self.admin, #"{"loginName":"pony","password":"\#(long)"}"#)
            #expect(answer.status == 400)
            #expect(answer.text == "The password has 256 bytes, more than the 255 that a login may have.")
            let reset = "/users/admin/command/reset-password"
            #expect(try await server.ask("POST", reset, as: Self.admin, "{}").status == 408)
            #expect(
                try await server.ask("POST", reset, as: Self.admin, #"{"newPassword":"\#(long)"}"#).status == 400)
            #expect(try await Self.accepts(Self.admin, server))
        }
    }

    @Test("users over HTTP are those of all nodes, and change only while there is a master")
    func cluster() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            let (master, follower) = (cluster.nodes[0], cluster.nodes[1])
            #expect(try await follower.ask("POST", "/users/", as: Self.admin, Self.pony).status == 201)
            #expect(try await Self.accepts("pony:hay", master))
            try await cluster.kill(0)
            #expect(try await Self.accepts("pony:hay", follower))
            try await cluster.isolate(2)
            let cutOff = cluster.nodes[2]
            #expect(try await cutOff.ask("DELETE", "/users/pony", as: Self.admin).status == 503)
            #expect(try await cutOff.ask("GET", "/users/pony", as: Self.admin).status == 200)
        }
    }

    @Test("users over HTTP last as long as the events do")
    func restart() async throws {
        try await withHTTPServer { server in
            #expect(try await server.ask("POST", "/users/", as: Self.admin, Self.pony).status == 201)
            try await server.restart(keepingData: true)
            #expect(try await Self.accepts("pony:hay", server))
            try await server.restart(keepingData: false)
            #expect(try await !Self.accepts("pony:hay", server))
            #expect(try await Self.accepts(Self.admin, server))
        }
    }
}

@Suite struct UserDirectoryTests {
    private static func directory() -> UserDirectory { UserDirectory([.admin], now: 1) }
    private static let pony = EmbeddedServer.User(name: "pony", password: "hay", groups: ["a"], fullName: "A Pony")

    @Test("a user who is created again is a conflict unless everything is the same")
    func repeats() {
        var users = Self.directory()
        #expect(users.create(Self.pony, now: 2) == .success)
        #expect(users.create(Self.pony, now: 3) == .success)
        #expect(users["pony"]?.updated == 2)
        for change in [\EmbeddedServer.User.password, \.fullName] {
            var other = Self.pony
            other[keyPath: change] = "x"
            #expect(users.create(other, now: 3) == .conflict)
        }
        var other = Self.pony
        other.groups = []
        #expect(users.create(other, now: 3) == .conflict)
        #expect(users.all.map(\.user.name) == ["admin", "pony"])
    }

    @Test("a change tells when it was made, and one of nobody is not found")
    func changes() throws {
        var users = Self.directory()
        #expect(users.update("admin", fullName: "x", groups: [], now: 5) == .success)
        #expect(users["admin"]?.updated == 5)
        #expect(try users.identity(of: Login(name: "admin", password: "changeit")) == .user(name: "admin", groups: []))
        #expect(users.update("nobody", fullName: "x", groups: [], now: 5) == .notFound)
        #expect(users.setDisabled(true, "nobody", now: 5) == .notFound)
        #expect(users.changePassword(of: "nobody", from: "", to: "", now: 5) == .notFound)
        #expect(users.delete("nobody") == .notFound)
    }

    @Test("no password is printed with a directory of users")
    func printing() {
        var users = Self.directory()
        _ = users.create(Self.pony, now: 2)
        var dumped = ""
        dump(users, to: &dumped)
        for text in [dumped, "\(users)", String(reflecting: users)] {
            #expect(text.contains("pony"))
            #expect(!text.contains("hay") && !text.contains("changeit"))
        }
    }
}
