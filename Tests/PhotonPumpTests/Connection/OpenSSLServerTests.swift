import Foundation
import Logging
import Testing

@testable import PhotonPump

/// Each server is asked by a client over TCP, and over HTTP as for gossip.
@Suite(
    "With the openssl command's server,", .enabled(if: OpenSSL.path != nil, "needs the openssl command"),
    .timeLimit(.minutes(1))
)
struct OpenSSLServerTests {
    /// What the certificates are for.
    private static let host = "es.example"

    private static func client(_ port: Int, _ openSSL: OpenSSL, connectTimeout: String = "50s") throws -> Client {
        let settings = "tlsCAFile=\(openSSL.file("ca.pem"))&tlsHostName=\(self.host)&connectTimeout=\(connectTimeout)"
        return try Client(
            "tls://127.0.0.1:\(port)?\(settings)", logger: Logger(label: "openssl") { _ in SwiftLogNoOpLogHandler() })
    }

    private static func request(_ port: Int, _ openSSL: OpenSSL) -> HTTPRequest {
        var tls = TLSSettings()
        tls.trust = .authorities(.file(openSSL.file("ca.pem")))
        return HTTPRequest(
            endpoint: Endpoint(host: self.host, port: port), address: "127.0.0.1", tls: tls, path: "/gossip",
            timeout: .seconds(30))
    }

    /// Expects that both have these words for why they do not go on, and see no use in trying again.
    private static func expectRefusal(
        _ port: Int, _ openSSL: OpenSSL, _ words: String, overHTTP httpWords: String? = nil
    ) async throws {
        let client = try self.client(port, openSSL)
        let error = try await #require(throws: PhotonPumpError.self) { try await client.ping() }
        #expect(error.code == .connectionFailed && error.endpoint == "127.0.0.1:\(port)")
        #expect("\(error)".contains(words), "\(error)")
        #expect(await client.status.phase == .idle)
        await client.close()
        let failure = try await #require(throws: HTTPFailure.self) {
            try await CurlGetter().get(self.request(port, openSSL))
        }
        #expect(failure.isPermanent, "\(failure)")
        #expect(failure.description.contains(httpWords ?? words), "\(failure)")
    }

    @Test(
        "S60: with the openssl command's server, TLS before 1.2 is refused for good, and the error says what is needed",
        arguments: ["-tls1", "-tls1_1"])
    func oldVersion(option: String) async throws {
        try await OpenSSL.run { openSSL in
            try await openSSL.issue("server", for: Self.host)
            try await openSSL.serve("server", options: [option, "-cipher", "ALL:@SECLEVEL=0"]) { port in
                try await Self.expectRefusal(port, openSSL, "no TLS version or cipher in common")
                let client = try Self.client(port, openSSL)
                let error = try await #require(throws: PhotonPumpError.self) { try await client.connect() }
                #expect("\(error)".contains("TLS 1.2 or later"), "\(error)")
                await client.close()
            }
        }
    }

    @Test("with the openssl command's server, TLS 1.2 and 1.3 are spoken", arguments: ["-tls1_2", "-tls1_3"])
    func version(option: String) async throws {
        try await OpenSSL.run { openSSL in
            try Data("gossip".utf8).write(to: openSSL.directory.appending(path: "gossip"))
            try await openSSL.issue("server", for: Self.host)
            try await openSSL.serve("server", options: [option]) { port in
                #expect(try await CurlGetter().get(Self.request(port, openSSL)).body == Array("gossip".utf8))
                // It is no EventStore server, which is found out after the handshake.
                let client = try Self.client(port, openSSL, connectTimeout: "300ms")
                let error = try await #require(throws: PhotonPumpError.self) { try await client.connect() }
                #expect("\(error)".contains("connected, but no EventStore server answered"), "\(error)")
                await client.close()
            }
        }
    }

    /// What is wrong with a certificate, besides its dates and names.
    enum Fault: CaseIterable, Sendable {
        case purpose, usage, missingIntermediate, issuerIsNoAuthority, pathTooLong, nameNotPermitted, weakKey,
            weakDigest

        /// What OpenSSL says of it.
        var words: String {
            switch self {
            case .purpose, .usage: "purpose"
            case .missingIntermediate: "issuer"
            case .issuerIsNoAuthority: "invalid CA certificate"
            case .pathTooLong: "path length constraint exceeded"
            case .nameNotPermitted: "permitted subtree violation"
            case .weakKey: "key too weak"
            case .weakDigest: "digest algorithm too weak"
            }
        }
    }

    private static let leaf = ["basicConstraints = critical, CA:FALSE", "subjectAltName = DNS:\(host)"]
    private static let authority = ["basicConstraints = critical, CA:TRUE", "keyUsage = critical, keyCertSign"]

    /// Makes `server.pem`, `server.key` and, if a server is to send it, too, `chain.pem`.
    private static func make(_ fault: Fault, _ openSSL: OpenSSL) async throws {
        func server(
            _ extensions: [String] = leaf, by issuer: String = "ca", options: [String] = []
        ) async throws {
            try await openSSL.issue("server", for: "server", extensions: extensions, by: issuer, options: options)
        }
        func chain(_ extensions: [String]) async throws {
            try await openSSL.issue("chain", for: "chain", extensions: extensions)
        }
        switch fault {
        case .purpose: try await server(Self.leaf + ["extendedKeyUsage = clientAuth"])
        case .usage: try await server(Self.leaf + ["keyUsage = critical, cRLSign"])
        case .missingIntermediate:
            try await chain(Self.authority)
            try await server(by: "chain")
            try FileManager.default.removeItem(atPath: openSSL.file("chain.pem"))
        case .issuerIsNoAuthority:
            try await chain(Self.leaf)
            try await server(by: "chain")
        case .pathTooLong:
            try await openSSL.issue(
                "ca", for: "Short", extensions: ["basicConstraints = critical, CA:TRUE, pathlen:0"], by: nil)
            try await chain(Self.authority)
            try await server(by: "chain")
        case .nameNotPermitted:
            try await chain(Self.authority + ["nameConstraints = critical, permitted;DNS:other.example"])
            try await server(by: "chain")
        case .weakKey:
            try await openSSL.issue("server", for: "server", extensions: Self.leaf, key: ["rsa:512"])
        case .weakDigest: try await server(options: ["-sha1"])
        }
    }

    @Test(
        "S60: with the openssl command's server, certificates that are not good for it are refused, each for its own reason",
        arguments: Fault.allCases)
    func certificate(fault: Fault) async throws {
        try await OpenSSL.run { openSSL in
            try await Self.make(fault, openSSL)
            let hasChain = FileManager.default.fileExists(atPath: openSSL.file("chain.pem"))
            // The server is not to notice. With so short a key it cannot sign what later versions want signed.
            let old = fault == .weakKey ? ["-tls1_2", "-cipher", "AES128-GCM-SHA256:@SECLEVEL=0"] : nil
            let options =
                (old ?? ["-cipher", "ALL:@SECLEVEL=0"]) + (hasChain ? ["-cert_chain", "chain.pem"] : [])
            try await openSSL.serve("server", options: options) { port in
                try await Self.expectRefusal(port, openSSL, fault.words)
            }
        }
    }
}
