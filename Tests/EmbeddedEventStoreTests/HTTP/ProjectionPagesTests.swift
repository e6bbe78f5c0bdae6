import EmbeddedEventStore
import Foundation
import Testing

@Suite("Projections over HTTP", .timeLimit(.minutes(1)))
struct ProjectionPagesTests {
    private static let admin = "admin:changeit"
    private static let ops = "ops:changeit"
    private static let native = "native:EventStore.Projections.Core.Standard.CategorizeEventsByStreamPath"

    private static func withProjections(_ body: (EmbeddedServer) async throws -> Void) async throws {
        try await withHTTPServer(projections: true, body)
    }

    private static func status(of name: String, _ server: EmbeddedServer) async throws -> String? {
        try await server.ask("GET", "/projection/\(name)", as: admin).members["status"] as? String
    }

    @Test("a projection over HTTP stops and goes on for those who read its streams")
    func standard() async throws {
        try await Self.withProjections { server in
            try await server.seed("orders-1", type: "Placed", body: 1)
            let command = "/projection/%24by_category/command"
            #expect(try await server.ask("POST", "\(command)/disable", as: Self.admin).status == 200)
            #expect(try await Self.status(of: "%24by_category", server) == "Stopped")
            try await server.seed("orders-1", type: "Placed", body: 2)
            #expect(await server.events(in: "$ce-orders").count == 1)
            #expect(try await server.ask("POST", "\(command)/enable", as: Self.admin).status == 200)
            #expect(await server.events(in: "$ce-orders").count == 2)
            #expect(try await Self.status(of: "%24by_category", server) == "Running")
        }
    }

    @Test("a projection over HTTP is commanded by its owner and by administrators")
    func rights() async throws {
        try await Self.withProjections { server in
            let path = "/projections/continuous?name=mine&emit=yes&type=\(Self.native)"
            for login in [nil, "pony:hay"] {
                #expect(try await server.ask("POST", path, as: login, "first\n_").status == 401)
            }
            #expect(try await server.ask("POST", path, as: Self.ops, "first\n_").status == 201)
            let pony = #"{"loginName":"pony","password":"hay"}"#
            #expect(try await server.ask("POST", "/users/", as: Self.admin, pony).status == 201)
            #expect(try await server.ask("GET", "/projection/mine", as: "pony:hay").status == 200)
            for command in ["/command/disable", "/command/reset"] {
                let refusal = try await server.ask("POST", "/projection/mine\(command)", as: "pony:hay")
                #expect(refusal.status == 401)
                #expect(refusal.text == "Not authorized")
            }
            #expect(try await server.ask("PUT", "/projection/mine/query", as: "pony:hay", "last\n_").status == 401)
            #expect(try await server.ask("POST", "/projection/mine/command/disable", as: Self.ops).status == 200)
            #expect(try await server.ask("POST", "/projection/mine/command/enable", as: Self.admin).status == 200)
            let system = "/projection/%24streams/command/disable"
            #expect(try await server.ask("POST", system, as: Self.ops).status == 401)
        }
    }

    @Test("a projection over HTTP takes with it what it has written, if that is asked for and noted")
    func deletion() async throws {
        try await Self.withProjections { server in
            try await server.seed("a_1", type: "Placed", body: 1)
            for (delete, track, count) in [("yes", "no", 1), ("no", "yes", 2), ("yes", "yes", 0)] {
                let query = "name=mine&emit=yes&trackemittedstreams=\(track)&type=\(Self.native)"
                let path = "/projections/continuous?\(query)"
                #expect(try await server.ask("POST", path, as: Self.admin, "first\n_").status == 201)
                #expect(await server.events(in: "$ce-a").count >= 1)
                #expect(try await server.ask("DELETE", "/projection/mine", as: Self.admin).status == 500)
                #expect(try await server.ask("POST", "/projection/mine/command/disable", as: Self.admin).status == 200)
                let answer = try await server.ask(
                    "DELETE", "/projection/mine?deleteEmittedStreams=\(delete)", as: Self.admin)
                #expect(answer.status == 200)
                #expect(await server.events(in: "$ce-a").count == count)
                #expect(try await server.ask("GET", "/projection/mine", as: Self.admin).status == 404)
            }
        }
    }

    @Test("a projection over HTTP in JavaScript is there, is listed by its mode, and says that it does not run")
    func script() async throws {
        try await Self.withProjections { server in
            for (kind, name) in [("onetime", "o"), ("transient", "t"), ("continuous", "c")] {
                let path = "/projections/\(kind)?name=\(name)&enabled=yes"
                #expect(try await server.ask("POST", path, as: Self.ops, "fromAll()").status == 201)
                let list = try await server.ask("GET", "/projections/\(kind)", as: Self.ops).members["projections"]
                let names = try #require(list as? [[String: Any]]).compactMap { $0["name"] as? String }
                #expect(names.filter { !$0.hasPrefix("$") } == [name])
                #expect(try await Self.status(of: name, server) == "Faulted")
                let state = try await server.ask("GET", "/projection/\(name)/state", as: Self.ops)
                #expect(state.status == 500)
                #expect(state.text.contains("JavaScript"))
                #expect(try await server.ask("GET", "/projection/\(name)/query", as: Self.ops).text == "fromAll()")
            }
            let nameless = try await server.ask("POST", "/projections/continuous", as: Self.ops, "fromAll()")
            #expect(nameless.status == 400)
            #expect(nameless.text == "The query has no 'name'.")
        }
    }

    @Test("a projection over HTTP keeps the settings that it is given while it is stopped")
    func settings() async throws {
        try await Self.withProjections { server in
            let (path, base) = ("/projection/%24by_category/config", "/projection/%24by_category/command")
            let new =
                #"{"emitEnabled":true,"trackEmittedStreams":true,"checkpointAfterMs":7,"maxAllowedWritesInFlight":3}"#
            let refusal = try await server.ask("PUT", path, as: Self.admin, new)
            #expect(refusal.status == 500 && refusal.text.contains("hasn't been stopped"))
            _ = try await server.ask("POST", "\(base)/disable", as: Self.admin)
            #expect(try await server.ask("PUT", path, as: Self.admin, new).status == 200)
            let members = try await server.ask("GET", path, as: Self.admin).members
            #expect(members["trackEmittedStreams"] as? Bool == true)
            #expect(members["checkpointAfterMs"] as? Int == 7)
            #expect(members["maxAllowedWritesInFlight"] as? Int == 3)
        }
    }

    @Test("projections over HTTP are limited in number, and transient ones are gone when the server starts again")
    func limits() async throws {
        try await Self.withProjections { server in
            for number in 0..<996 {
                let path = "/projections/transient?name=p\(number)&enabled=no&type=\(Self.native)"
                let answer = try await server.ask("POST", path, as: Self.ops, "first\n_")
                try #require(answer.status == 201, "\(number): \(answer.text)")
            }
            let path = "/projections/onetime?name=last&enabled=no&type=\(Self.native)"
            let refusal = try await server.ask("POST", path, as: Self.ops, "first\n_")
            #expect(refusal.status == 500 && refusal.text.contains("1000"))
            try await server.restart(keepingData: true)
            #expect(try await server.ask("GET", "/projection/p0", as: Self.ops).status == 404)
            #expect(try await Self.status(of: "%24by_category", server) == "Running")
            #expect(try await server.ask("POST", path, as: Self.ops, "first\n_").status == 201)
        }
    }

    @Test("a projection over HTTP is not found on a server that runs none")
    func none() async throws {
        try await withHTTPServer { server async throws in
            #expect(try await server.ask("GET", "/projections/any", as: Self.admin).status == 404)
            #expect(try await server.ask("GET", "/info").members["projectionsMode"] as? String == "None")
        }
    }
}
