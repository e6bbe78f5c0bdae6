import Logging
import Testing

@testable import PhotonPump

@Suite(
    "With a server that speaks no current version of TLS",
    .enabled(if: OpenSSL.path != nil, "needs the openssl command"),
    .timeLimit(.minutes(1))
)
struct OldTLSTests {
    private static let options = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]

    @Test("S60: with a server that speaks no current version of TLS, gossip is not tried again, and the reason is said")
    func gossip() async throws {
        try await OpenSSL.run { openSSL in
            try await openSSL.issue("server", for: "localhost")
            try await openSSL.serve("server", options: Self.options) { port in
                let request = HTTPRequest(
                    endpoint: Endpoint(host: "localhost", port: port), address: "127.0.0.1", tls: TLSSettings(),
                    path: "/gossip", timeout: .seconds(30))
                let failure = try await #require(throws: HTTPFailure.self) { try await CurlGetter().get(request) }
                #expect(failure.isPermanent)
                #expect(failure.description.hasPrefix("no TLS version or cipher in common: "), "\(failure)")
            }
        }
    }

    @Test("S60: with a server that speaks no current version of TLS, a client gives up at once, and says so")
    func nothingInCommon() async throws {
        try await OpenSSL.run { openSSL in
            try await openSSL.issue("server", for: "localhost")
            try await openSSL.serve("server", options: Self.options) { port in
                let url = "tls://127.0.0.1:\(port)?tlsCAFile=\(openSSL.file("ca.pem"))"
                let client = try Client(url, logger: Logger(label: "old TLS"))
                let error = try await #require(throws: PhotonPumpError.self) { try await client.ping() }
                #expect(error.code == .connectionFailed)
                #expect("\(error)".contains("no TLS version or cipher in common"))
                #expect("\(error)".contains("TLS 1.2 or later"))
                #expect(await client.status.phase == .idle)
                await client.close()
            }
        }
    }
}
