import Foundation
import PhotonPumpWire
import ScriptedPeers
import Synchronization
import Testing

@testable import PhotonPump

@Suite("Asking an HTTP server", .timeLimit(.minutes(1)))
struct CurlGetterTests {
    /// Runs `body` with a getter and what it needs to ask a server with these pages.
    private func withServer(
        _ pages: [String: PageServer.Page],
        _ body: (CurlGetter, (String, Duration) -> HTTPRequest) async throws -> Void
    ) async throws {
        try await PageServer.run(pages) { port in
            try await body(CurlGetter()) { path, timeout in
                HTTPRequest(
                    endpoint: Endpoint(host: "es.example", port: port),
                    address: "127.0.0.1",
                    tls: nil,
                    path: path,
                    timeout: timeout
                )
            }
        }
    }

    /// Answers when the server ends.
    private static let never: PageServer.Page = { _, _ in try await Task.sleep(for: .seconds(3600)) }

    private func failure(_ getter: CurlGetter, _ request: HTTPRequest) async throws -> HTTPFailure {
        try await #require(throws: HTTPFailure.self) { try await getter.get(request) }
    }

    @Test("asking an HTTP server gets the answer at an address, under the name that the server has")
    func answer() async throws {
        let pages: [String: PageServer.Page] = [
            "/gossip": { request, peer in
                let words = [request.headers["host"] ?? "", request.target, request.headers["accept"] ?? ""]
                try await peer.answer(words.joined(separator: " "))
            }
        ]
        try await self.withServer(pages) { getter, request in
            let request = request("/gossip?format=json", .seconds(30))
            let answer = try await getter.get(request)
            #expect(answer.status == 200)
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect(text == "\(request.endpoint) /gossip?format=json application/json")
        }
    }

    @Test("asking an HTTP server names the host that the settings say, for gossip and for pages, or else its own")
    func hostHeader() async throws {
        let hosts = Mutex<[String: [String]]>([:])
        let page: PageServer.Page = { request, peer in
            let host = request.headers["host"] ?? "none"
            hosts.withLock { $0[String(request.target.prefix { $0 != "?" }), default: []].append(host) }
            try await peer.answer("{}")
        }
        try await PageServer.run(["/gossip": page, "/subscriptions/s/g/info": page]) { port in
            for setting in ["", "?gossipHostHeader=es.example:80"] {
                await #expect(throws: PhotonPumpError.self) {
                    try await ClusterGossip.read(Client.Configuration("discover://127.0.0.1:\(port)\(setting)"))
                }
                let client = try Client("tcp://127.0.0.1\(setting)")
                _ = try await client.subscriptionInfo("g", to: "s", httpPort: port)
            }
            let expected = ["127.0.0.1:\(port)", "es.example:80"]
            #expect(hosts.withLock { $0 } == ["/gossip": expected, "/subscriptions/s/g/info": expected])
        }
    }

    @Test("asking an HTTP server posts, and says as whom")
    func posting() async throws {
        let pages: [String: PageServer.Page] = [
            "/page": { request, peer in
                let words = [
                    request.method, request.headers["content-length"] ?? "-", request.headers["authorization"] ?? "-",
                ]
                try await peer.answer(words.joined(separator: " "))
            }
        ]
        try await self.withServer(pages) { getter, request in
            var request = request("/page", .seconds(30))
            let plain = try await getter.get(request)
            #expect(String(decoding: plain.body, as: UTF8.self) == "GET - -")
            request.method = .post
            request.login = try Login(name: "ops", password: "a:b")
            let answer = try await getter.get(request)
            let credentials = Data("ops:a:b".utf8).base64EncodedString()
            #expect(String(decoding: answer.body, as: UTF8.self) == "POST 0 Basic \(credentials)")
        }
    }

    @Test("asking an HTTP server gets any status, and follows no redirect")
    func statuses() async throws {
        try await self.withServer(
            [
                "/408": { _, peer in try await peer.answer(status: "408 Request Timeout") },
                "/moved": { _, peer in try await peer.answer(status: "302 Found", headers: ["Location: /408"]) },
            ]
        ) { getter, request in
            for (path, status) in [("/408", 408), ("/moved", 302), ("/elsewhere", 404)] {
                let answer = try await getter.get(request(path, .seconds(30)))
                #expect(answer.status == status)
            }
        }
    }

    @Test("asking an HTTP server gives up when the time is over")
    func timeout() async throws {
        try await self.withServer(["/never": Self.never]) { getter, request in
            let failure = try await self.failure(getter, request("/never", .milliseconds(50)))
            #expect(failure.description == "no answer within 50 ms")
            #expect(!failure.isPermanent)
        }
    }

    @Test("asking an HTTP server gives up on an answer without end")
    func endless() async throws {
        let endless: PageServer.Page = { _, peer in
            try await peer.send(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
            // Until the client has closed the connection.
            while true { try await peer.send([UInt8](repeating: 0, count: 4096)) }
        }
        try await self.withServer(["/endless": endless]) { getter, request in
            let failure = try await self.failure(getter, request("/endless", .seconds(50)))
            #expect(failure.description == "the answer is longer than 1048576 bytes")
        }
    }

    @Test("asking an HTTP server says that nobody listens")
    func refused() async throws {
        let port = try UnusedPort()
        let endpoint = Endpoint(host: "localhost", port: port.number)
        let request = HTTPRequest(
            endpoint: endpoint, address: "127.0.0.1", tls: nil, path: "/", timeout: .seconds(30))
        let failure = try await self.failure(CurlGetter(), request)
        #expect(failure.description.contains("connect"), "\(failure)")
    }

    @Test("S60: asking an HTTP server says that a port speaks no TLS")
    func plainPort() async throws {
        try await self.withServer([:]) { getter, request in
            let plain = request("/gossip", .seconds(30))
            let secure = HTTPRequest(
                endpoint: plain.endpoint,
                address: plain.address,
                tls: TLSSettings(),
                path: plain.path,
                timeout: plain.timeout
            )
            let failure = try await self.failure(getter, secure)
            // It hangs up without a word, for which there may be other reasons.
            #expect(failure.description.hasPrefix("TLS failed (see discovery.gossipOverTLS): "), "\(failure)")
            #expect(!failure.isPermanent)
        }
    }

    /// How many sockets of this process are connected to a port of this machine.
    private static func connections(to port: Int) -> Int {
        (0..<CInt(4096)).count { descriptor in
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
            }
            return result == 0 && address.sin_family == sa_family_t(AF_INET)
                && Int(UInt16(bigEndian: address.sin_port)) == port
        }
    }

    @Test("asking an HTTP server keeps no connection once it is answered, however long that could have taken")
    func closing() async throws {
        try await self.withServer(["/gossip": { _, peer in try await peer.answer("{}") }]) { getter, request in
            let request = request("/gossip", .seconds(3600))
            for _ in 0..<3 {
                let answer = try await getter.get(request)
                #expect(answer.status == 200)
            }
            #expect(Self.connections(to: request.endpoint.port) == 0)
        }
    }

    @Test("S60: asking an HTTP server gives a port up that answers without TLS")
    func plainAnswer() async throws {
        let server = ScriptedServer()
        let port = try await server.start()
        let request = HTTPRequest(
            endpoint: Endpoint(host: "localhost", port: port), address: "127.0.0.1", tls: TLSSettings(),
            path: "/gossip",
            timeout: .seconds(30))
        async let outcome = self.failure(CurlGetter(), request)
        let peer = try await server.nextConnection()
        try await peer.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        let failure = try await outcome
        #expect(
            failure.description.hasPrefix("the port does not speak TLS (see discovery.gossipOverTLS): "), "\(failure)")
        #expect(failure.isPermanent)
        await peer.close()
        await server.stop()
    }

    @Test("asking an HTTP server ends at once when its task is cancelled, and makes room for others")
    func cancelled() async throws {
        let (requests, arrived) = AsyncStream.makeStream(of: Void.self)
        try await self.withServer(
            [
                "/never": { request, peer in
                    arrived.yield()
                    try await Self.never(request, peer)
                },
                "/gossip": { _, peer in try await peer.answer() },
            ]
        ) { getter, request in
            // As many as there are threads.
            let request = (never: request("/never", .seconds(3600)), gossip: request("/gossip", .seconds(30)))
            let tasks = (0..<CurlGetter.laneCount).map { _ in Task { try await getter.get(request.never) } }
            var iterator = requests.makeAsyncIterator()
            for _ in tasks { await iterator.next() }
            for task in tasks {
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            let answer = try await getter.get(request.gossip)
            #expect(answer.status == 200)
        }
    }
}
