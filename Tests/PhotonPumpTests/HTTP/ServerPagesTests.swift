import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Pages of a server", .timeLimit(.minutes(1)))
struct ServerPagesTests {
    /// Answers every request with this, and the request's own words in the body.
    private struct Answering: HTTPGetter {
        var status = 200
        var failure: HTTPFailure?

        func get(_ request: HTTPRequest) async throws -> HTTPResponse {
            if let failure { throw failure }
            let scheme = request.tls == nil ? "" : " over TLS"
            let words = "\(request.method)\(scheme) \(request.endpoint) \(request.path) \(request.login?.name ?? "-")"
            return HTTPResponse(status: self.status, body: Array(words.utf8))
        }
    }

    private static func request(_ method: HTTPMethod = .get, _ path: [String]) -> ServerRequest {
        var request = ServerRequest("look", method, path)
        request.stream = "s"
        request.meaning = { $0.status == 404 ? (.subscriptionNotFound, "no such") : nil }
        return request
    }

    private func ask(_ getter: Answering) async throws -> String {
        let pages = ServerPages(
            configuration: Client.Configuration(endpoint: Endpoint(host: "127.0.0.1", port: 1)),
            httpPort: 99,
            login: try Login(name: "ops", password: "p"),
            timeout: .seconds(1),
            getter: getter
        )
        let path = ["subscriptions", "$a/b c:ü", "g~1.2-3_4", "info"]
        return String(decoding: try await pages.answer(to: Self.request(.post, path)).body, as: UTF8.self)
    }

    @Test("pages of a server are asked for at the HTTP port, with names that separate nothing")
    func request() async throws {
        let words = try await self.ask(Answering())
        #expect(words == "post 127.0.0.1:99 /subscriptions/$a%2Fb%20c%3A%C3%BC/g~1.2-3_4/info ops")
    }

    @Test(
        "pages of a server that the server refuses are errors of its kind",
        arguments: [
            (401, .accessDenied), (404, .subscriptionNotFound), (307, .notHandled), (503, .notHandled),
            (500, .serverError),
        ] as [(Int, PhotonPumpError.Code)])
    func refused(status: Int, code: PhotonPumpError.Code) async throws {
        let error = await #expect(throws: PhotonPumpError.self) { try await self.ask(Answering(status: status)) }
        #expect(error?.code == code)
        #expect(error?.message.hasPrefix("look: ") == true)
        #expect(error?.stream == "s")
        #expect(error?.endpoint == "127.0.0.1:99")
    }

    @Test("pages of a server that no server finds by their names say so", arguments: ["a/b", "a?b", "a#b", "a\\b"])
    func unnameable(name: String) async throws {
        let pages = ServerPages(
            configuration: Client.Configuration(endpoint: Endpoint(host: "127.0.0.1", port: 1)), httpPort: 99,
            login: nil, timeout: .seconds(1), getter: Answering(status: 404))
        for path in [[name, "g"], ["s", name]] {
            let error = await #expect(throws: PhotonPumpError.self) {
                try await pages.answer(to: Self.request(.get, path))
            }
            #expect(error?.code == .subscriptionNotFound)
            #expect(error?.message.contains("'/', '?', '#'") == true)
        }
    }

    @Test("pages that would be other ones by these names are not asked for", arguments: [".", ".."])
    func step(name: String) async throws {
        let pages = ServerPages(
            configuration: Client.Configuration(endpoint: Endpoint(host: "127.0.0.1", port: 1)), httpPort: 99,
            login: nil, timeout: .seconds(1), getter: Answering())
        for path in [[name, "g"], ["s", name]] {
            let error = await #expect(throws: PhotonPumpError.self) {
                try await pages.answer(to: Self.request(.post, path))
            }
            #expect(error?.code == .subscriptionNotFound)
            #expect(error?.message.contains("'.' or '..'") == true)
        }
    }

    @Test("pages of a server are not asked for as a user whose name HTTP would cut")
    func userName() async throws {
        let pages = ServerPages(
            configuration: Client.Configuration(endpoint: Endpoint(host: "127.0.0.1", port: 1)), httpPort: 99,
            login: try Login(name: "a:b", password: "c"), timeout: .seconds(1), getter: Answering())
        let error = await #expect(throws: PhotonPumpError.self) {
            try await pages.answer(to: Self.request(.get, ["s", "g", "info"]))
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("cannot contain ':'") == true)
    }

    /// Asks the master of a cluster, whose gossip goes without TLS.
    ///
    /// - Parameter host: whom gossip names as the master.
    private func askCluster(
        _ host: String, credentialsInClear: Bool = false, isAnonymous: Bool = false, failure: HTTPFailure? = nil
    ) async throws -> String {
        var configuration = Client.Configuration(.cluster(gossip: [Endpoint(host: "127.0.0.1", port: 1)]))
        configuration.tls = TLSSettings()
        configuration.tls?.allowsCredentialsInClear = credentialsInClear
        configuration.discovery.gossipOverTLS = false
        var pages = ServerPages(
            configuration: configuration, httpPort: 99,
            login: isAnonymous ? nil : try Login(name: "ops", password: "p"),
            timeout: .seconds(1), getter: Answering(failure: failure))
        pages.readGossip = { _, _ in
            var master = ClusterMember(state: .master, isAlive: true, tcpHost: host, tcpPort: 1, tlsPort: 2)
            master.http = Endpoint(host: host, port: 3)
            return ClusterGossip(members: [master])
        }
        return String(decoding: try await pages.answer(to: Self.request(.get, ["x"])).body, as: UTF8.self)
    }

    @Test("pages of a server get credentials over TLS alone where there is TLS, though gossip does without it")
    func secret() async throws {
        #expect(try await self.askCluster("127.0.0.2") == "get over TLS 127.0.0.2:3 /x ops")
        let failure = HTTPFailure(description: "no TLS here")
        let error = await #expect(throws: PhotonPumpError.self) {
            try await self.askCluster("127.0.0.2", failure: failure)
        }
        #expect(error?.message.contains("tls.allowsCredentialsInClear") == true)
        #expect(error?.description.contains("no TLS here") == true)
    }

    @Test(
        "pages of a server get credentials in clear only if a setting says so, and only where the settings name the host"
    )
    func clear() async throws {
        #expect(try await self.askCluster("127.0.0.1", credentialsInClear: true) == "get 127.0.0.1:3 /x ops")
        let error = await #expect(throws: PhotonPumpError.self) {
            try await self.askCluster("127.0.0.2", credentialsInClear: true)
        }
        #expect(error?.code == .discoveryFailed)
        #expect(error?.message.contains("credentials are not sent in clear") == true)
        #expect(error?.endpoint == "127.0.0.2:3")
    }

    @Test("pages of a server are asked for as gossip is where there are no credentials")
    func anonymous() async throws {
        #expect(try await self.askCluster("127.0.0.2", isAnonymous: true) == "get 127.0.0.2:3 /x -")
    }

    @Test("pages of a server that cannot be had say why")
    func unreachable() async throws {
        let failure = HTTPFailure(description: "nobody there")
        let error = await #expect(throws: PhotonPumpError.self) { try await self.ask(Answering(failure: failure)) }
        #expect(error?.code == .connectionFailed)
        #expect(error?.description.contains("nobody there") == true)
    }

    @Test("pages of a server about a persistent subscription are read as far as they tell")
    func info() throws {
        let json = #"{"status":"Live","connectionCount":2,"totalInFlightMessages":3,"lastKnownEventNumber":9,"x":[]}"#
        let info = try PersistentSubscriptionInfo(json: Array(json.utf8))
        #expect(info.status == "Live")
        #expect((info.connectionCount, info.inFlightCount) == (2, 3))
        #expect((info.lastKnownEventNumber, info.lastProcessedEventNumber) == (9, nil))
        #expect(info.json.text == json)
        let report = #"{"connections":[{"from":"a"},{"from":"b","username":"c"}]}"#
        #expect(try PersistentSubscriptionInfo(json: Array(report.utf8)).connectionCount == 2)
        #expect(try PersistentSubscriptionInfo(json: Array("{}".utf8)).connectionCount == nil)
        #expect(throws: DecodingError.self) { try PersistentSubscriptionInfo(json: Array("[]".utf8)) }
    }
}
