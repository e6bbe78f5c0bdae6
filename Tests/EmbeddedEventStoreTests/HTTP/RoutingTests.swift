import EmbeddedEventStore
import PhotonPumpTransport
import Testing

@testable import EmbeddedEventStore

@Suite("Routes over HTTP", .timeLimit(.minutes(1)))
struct RoutingTests {
    private static func request(_ uri: String, _ body: String = "") -> HTTPRequest {
        HTTPRequest(MemoryHTTP.Request(method: "GET", path: uri, headers: [:], body: Array(body.utf8)))
    }

    @Test(
        "a path is decoded part by part, and has none where real servers find nothing",
        arguments: [
            ("/users", ["users"]), ("/users/", ["users"]), ("/users/%24current?x", ["users", "$current"]),
            ("/a/gr%C3%BC%C3%9Fe", ["a", "grüße"]), ("/a//b", ["a", "", "b"]), ("/", [""]),
            ("/a%2Fb", nil), ("/a%3Fb", nil), ("/a%23b", nil), ("/a%5Cb", nil), ("/a%", nil), ("/%FF", nil),
        ] as [(String, [String]?)])
    func path(uri: String, path: [String]?) {
        #expect(Self.request(uri).path == path)
    }

    @Test("a query has its last value for a name in any case, decoded")
    func query() {
        let request = Self.request("/x?Name=a%20b&enabled=yes&flag&enabled=n+o&bad=%")
        #expect(request.query("name") == "a b")
        #expect(request.query("ENABLED") == "n o")
        #expect(request.query("flag") == "")
        #expect(request.query("bad") == nil)
        #expect(request.query("none") == nil)
    }

    @Test("a route takes the variable parts from a path that fits")
    func variables() {
        func variables(_ path: [String]) -> [[String: String]] { Route.all.compactMap { $0.variables(of: path) } }
        #expect(variables(["subscriptions", "a", "b", "info"]) == [["stream": "a", "group": "b"]])
        #expect(variables(["subscriptions", "a", "b", "nope"]).isEmpty)
        #expect(variables(["subscriptions", "a", "b", "info", "more"]).isEmpty)
        #expect(variables(["stats"]) == [[:]])
    }

    private struct Document: Decodable {
        let password: Int
    }

    @Test(
        "a body that is not what it should be is refused by the name of the member, without its value",
        arguments: [
            (#"{"password":"secret"}"#, "The value of 'password' is not what it should be."),
            ("", "The body has no 'password'."), ("{", "The body is not JSON, or has a number that is too large."),
            ("[]", "The body is not what it should be."),
        ])
    func body(_ body: String, _ reason: String) {
        let error = #expect(throws: HTTPRequest.MalformedBody.self) {
            _ = try Self.request("/", body).document(Document.self)
        }
        #expect(error?.description == reason)
    }

    @Test("what there is not is not found, and what cannot be done so says what can")
    func refusals() async throws {
        try await withHTTPServer { server in
            #expect(try await server.ask("GET", "/nope", as: "admin:changeit").status == 404)
            let answer = try await server.ask("PATCH", "/users/x", as: "admin:changeit")
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "GET, PUT, DELETE")
            // A login is checked first.
            for path in ["/ping", "/nope", "/users/x"] {
                let refusal = try await server.ask("GET", path, as: "admin:wrong")
                #expect(refusal.status == 401)
                #expect(refusal.headers["www-authenticate"] == #"BasicCustom realm="ES""#)
            }
            let malformed = try await server.ask("POST", "/users/", as: "admin:changeit", #"{"loginName":1}"#)
            #expect(malformed.status == 400)
            #expect(malformed.text == "The value of 'loginName' is not what it should be.")
            #expect(malformed.headers["content-type"] == "text/plain; charset=utf-8")
        }
    }

    @Test("a server that has not loaded its users yet serves what is for everyone")
    func starting() async throws {
        var configuration = EmbeddedServer.Configuration.patient
        configuration.httpPort = 0
        let server = EmbeddedServer(configuration, logger: .silent)
        try await server.start(startup: .onDemand())
        #expect(try await server.ask("GET", "/gossip", as: "admin:changeit").status == 200)
        #expect(try await server.ask("GET", "/users/", as: "admin:changeit").status == 503)
        await server.finishStartup()
        #expect(try await server.ask("GET", "/users/", as: "admin:changeit").status == 200)
        await server.stop()
    }
}
