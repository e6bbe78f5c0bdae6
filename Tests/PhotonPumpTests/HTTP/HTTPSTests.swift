import Foundation
import Testing

@testable import PhotonPump

@Suite(
    "Asking an HTTPS server",
    .enabled(if: OpenSSL.path != nil, "needs the openssl command"),
    .timeLimit(.minutes(1))
)
struct HTTPSTests {
    private static func request(_ port: Int, as host: String, _ tls: TLSSettings) -> HTTPRequest {
        HTTPRequest(
            endpoint: Endpoint(host: host, port: port), address: "127.0.0.1", tls: tls, path: "/gossip",
            timeout: .seconds(30)
        )
    }

    /// Settings that trust the authority, if nothing is changed.
    private static func settings(_ openSSL: OpenSSL, _ change: (inout TLSSettings) -> Void = { _ in }) -> TLSSettings {
        var settings = TLSSettings()
        settings.trust = .authorities(.file(openSSL.file("ca.pem")))
        change(&settings)
        return settings
    }

    private static func failure(_ request: HTTPRequest) async throws -> HTTPFailure {
        try await #require(throws: HTTPFailure.self) { try await CurlGetter().get(request) }
    }

    @Test(
        "asking an HTTPS server trusts the authority given, under the name of the server or the one expected; or anybody"
    )
    func trusted() async throws {
        try await OpenSSL.run { openSSL in
            try Data("gossip".utf8).write(to: openSSL.directory.appending(path: "gossip"))
            try await openSSL.issue("server", for: "es.example")
            let authority = TLSSettings.PEM.text(try String(contentsOfFile: openSSL.file("ca.pem"), encoding: .utf8))
            try await openSSL.serve("server") { port in
                for request in [
                    Self.request(port, as: "es.example", Self.settings(openSSL)),
                    Self.request(port, as: "es.example", Self.settings(openSSL) { $0.trust = .authorities(authority) }),
                    Self.request(port, as: "10.1.2.3", Self.settings(openSSL) { $0.expectedHostName = "es.example" }),
                    Self.request(port, as: "other", Self.settings(openSSL) { $0.trust = .insecureWithoutVerification }),
                ] {
                    let answer = try await CurlGetter().get(request)
                    #expect(answer.status == 200 && answer.body == Array("gossip".utf8))
                }
            }
        }
    }

    @Test("S60: asking an HTTPS server refuses others, each for its own reason and for good")
    func refused() async throws {
        try await OpenSSL.run { openSSL in
            try await openSSL.issue("server", for: "es.example")
            let clientCertificate = TLSSettings.ClientCertificate(
                certificate: .file("/no/such/file"), key: .file("/no/such/file"))
            try await openSSL.serve("server") { port in
                for (host, settings, problem) in [
                    ("es.example", TLSSettings(), "not signed by an authority that tls.trust accepts"),
                    ("other", Self.settings(openSSL), "not for 'other' (see tls.expectedHostName)"),
                    (
                        "es.example", Self.settings(openSSL) { $0.expectedHostName = "x" },
                        "not for 'x' (see tls.expectedHostName)"
                    ),
                    (
                        "es.example", Self.settings(openSSL) { $0.trust = .authorities(.file("/no/such/file")) },
                        "tls.trust: the authorities' file cannot be used"
                    ),
                    (
                        "es.example", Self.settings(openSSL) { $0.clientCertificate = clientCertificate },
                        "tls.clientCertificate cannot be used"
                    ),
                ] {
                    let failure = try await Self.failure(Self.request(port, as: host, settings))
                    #expect(failure.description.contains(problem), "\(failure)")
                    #expect(failure.isPermanent, "\(failure)")
                }
            }
        }
    }

    @Test(
        "asking an HTTPS server does not take the subject of a certificate for a name",
        arguments: [nil, "IP:10.9.8.7"] as [String?])
    func subject(alternative: String?) async throws {
        try await OpenSSL.run { openSSL in
            try await openSSL.issue("server", for: "es.example", alternative: alternative)
            try await openSSL.serve("server") { port in
                let failure = try await Self.failure(Self.request(port, as: "es.example", Self.settings(openSSL)))
                #expect(failure.description.contains("not for 'es.example'"), "\(failure)")
                #expect(failure.isPermanent)
            }
        }
    }

    @Test("asking an HTTPS server shows the client's certificate")
    func clientCertificate() async throws {
        try await OpenSSL.run { openSSL in
            try Data("gossip".utf8).write(to: openSSL.directory.appending(path: "gossip"))
            try await openSSL.issue("server", for: "es.example")
            try await openSSL.issue("client", for: "somebody")
            try await openSSL.serve("server", options: ["-Verify", "1", "-CAfile", "ca.pem"]) { port in
                let settings = Self.settings(openSSL) {
                    $0.clientCertificate = .init(
                        certificate: .file(openSSL.file("client.pem")), key: .file(openSSL.file("client.key")))
                }
                let answer = try await CurlGetter().get(Self.request(port, as: "es.example", settings))
                #expect(answer.status == 200)
                let failure = try await Self.failure(Self.request(port, as: "es.example", Self.settings(openSSL)))
                #expect(failure.description.contains("certificate"), "\(failure)")
            }
        }
    }
}
