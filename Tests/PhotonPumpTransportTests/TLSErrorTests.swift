import COpenSSL
import EmbeddedEventStore
import Foundation
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import PhotonPumpTransport

/// S60: each thing that can be wrong has an error of its own, that says whether trying again can help.
@Suite("S60: A TLS handshake that fails", .timeLimit(.minutes(1)))
struct TLSErrorTests {
    private let tls: TestTLS

    init() throws {
        self.tls = try TestTLS()
    }

    /// What a handshake ends with, on either side; nil where it does not fail.
    private func failures(
        _ client: Layers,
        _ server: TLSContext
    ) async throws -> (client: TransportError?, server: TransportError?) {
        let scripted = ScriptedServer()
        let port = try await scripted.start(Layers(tls: server))
        let peer = try await ScriptedPeer.connect(host: "127.0.0.1", port: port, client)
        let accepted = try await scripted.nextConnection()
        #expect(try await peer.next() == nil)
        #expect(try await accepted.next() == nil)
        await scripted.stop()
        return (await peer.failure as? TransportError, await accepted.failure as? TransportError)
    }

    private func clientFailure(_ client: Layers? = nil, _ server: TLSContext) async throws -> TLSError {
        let failure = try await self.failures(try client ?? Layers(tls: self.tls.client()), server).client
        return try Self.tlsError(failure)
    }

    private static func tlsError(_ error: TransportError?) throws -> TLSError {
        guard case .tls(let error) = error else {
            Issue.record("not an error of TLS: \(String(describing: error))")
            throw CancellationError()
        }
        return error
    }

    private static func expect(
        _ error: TLSError,
        says parts: String...,
        permanent: Bool = true,
        at place: SourceLocation = #_sourceLocation
    ) {
        for part in parts { #expect("\(error)".contains(part), "\(error)", sourceLocation: place) }
        #expect(error.isPermanent == permanent, sourceLocation: place)
        #expect(!"\(error)".contains("\n"), sourceLocation: place)
    }

    @Test("S60: a TLS handshake that fails with an unknown authority names it")
    func unknownAuthority() async throws {
        let stranger = try TestCertificateAuthority(name: "Stranger").issue(names: ["127.0.0.1"])
        let error = try await self.clientFailure(nil, TestTLS.server(stranger))
        guard case .unknownAuthority = error else { throw error }
        Self.expect(error, says: "CN=127.0.0.1", "CN=Stranger", "CA file")
    }

    @Test("S60: a handshake with an authority of the right name and the wrong key is one with an unknown authority")
    func impostor() async throws {
        let impostor = try TestCertificateAuthority().issue(names: ["127.0.0.1"])
        let error = try await self.clientFailure(nil, TestTLS.server(impostor))
        guard case .unknownAuthority = error else { throw error }
    }

    @Test("S60: a TLS handshake that fails with the system's authorities does not trust one of our own")
    func systemRoots() async throws {
        let layers = Layers(tls: try TLSContext(client: TLSClientSettings()))
        let error = try await self.clientFailure(layers, self.tls.server())
        guard case .unknownAuthority = error else { throw error }
    }

    @Test("S60: a TLS handshake that fails with a self-signed certificate says so")
    func selfSigned() async throws {
        let lonely = try TestCertificateAuthority(name: "lonely")
        let error = try await self.clientFailure(nil, TestTLS.server(lonely.certificate))
        guard case .selfSigned = error else { throw error }
        Self.expect(error, says: "CN=lonely", "is self-signed", "CA file")
    }

    @Test(
        "S60: a TLS handshake that fails with a wrong name has the name expected and those presented",
        arguments: ["127.0.0.1", "localhost", "::1"])
    func wrongName(expected: String) async throws {
        let server = try self.tls.server(names: ["node1.example.org", "10.0.0.7", "fd00::7"])
        let error = try await self.clientFailure(Layers(tls: self.tls.client(), serverName: expected), server)
        guard case .wrongName(expected, _) = error else { throw error }
        Self.expect(error, says: "'\(expected)'", "'node1.example.org'", "'10.0.0.7'", "'fd00::7'", "expected name")
    }

    @Test("S60: a TLS handshake that fails does not take an address as a name, nor a name for more than it covers")
    func names() async throws {
        for (presented, expected) in [("127.0.0.1", "localhost"), ("*.example.org", "a.b.example.org")] {
            let layers = Layers(tls: try self.tls.client(), serverName: expected)
            let error = try await self.clientFailure(layers, self.tls.server(names: [presented]))
            guard case .wrongName(expected, _) = error else { throw error }
        }
    }

    @Test("S60: a TLS handshake that fails with a name that stands for many is one with an impossible name")
    func suffix() throws {
        #expect(throws: TLSError.impossibleName(".example.org")) {
            try TLSTransport(
                client: ScriptedTransport(), self.tls.client(), serverName: ".example.org",
                executor: QueueExecutor(label: "suffix"))
        }
    }

    @Test("S60: a TLS handshake that fails does not take the subject of a certificate for a name")
    func subject() async throws {
        // A certificate of an authority has no names, but a subject.
        let unnamed = try TestCertificateAuthority(name: "node1.example.org").certificate
        let client = try TLSContext(client: TLSClientSettings(trust: .authorities(.text(unnamed.chain))))
        let layers = Layers(tls: client, serverName: "node1.example.org")
        let error = try await self.clientFailure(layers, TestTLS.server(unnamed))
        guard case .wrongName = error else { throw error }
    }

    @Test("S60: a TLS handshake that fails with an expired certificate has its last day")
    func expired() async throws {
        let past = Date(timeIntervalSince1970: 1_000_000_000)..<Date(timeIntervalSince1970: 1_100_000_000)
        let error = try await self.clientFailure(nil, self.tls.server(validity: past))
        guard case .expired = error else { throw error }
        Self.expect(error, says: "CN=localhost", "Nov  9 11:33:20 2004", "renewed")
    }

    @Test("S60: a TLS handshake that fails with a certificate of the future has its first day")
    func notYetValid() async throws {
        let future = Date(timeIntervalSince1970: 4_000_000_000)..<Date(timeIntervalSince1970: 4_100_000_000)
        let error = try await self.clientFailure(nil, self.tls.server(validity: future))
        guard case .notYetValid = error else { throw error }
        Self.expect(error, says: "CN=localhost", "Oct  2 07:06:40 2096", "clock")
    }

    @Test(
        "S60: a TLS handshake that fails with a plain port says so, whatever that sends",
        arguments: [[18, 0, 0, 0, 1, 0], Array("HTTP/1.1 400 Bad Request\r\n".utf8), [22, 0], [0]] as [[UInt8]])
    func plainPort(greeting: [UInt8]) async throws {
        let server = ScriptedServer()
        let port = try await server.start()
        let client = try await ScriptedPeer.connect(host: "127.0.0.1", port: port, Layers(tls: self.tls.client()))
        let peer = try await server.nextConnection()
        try await peer.send(greeting)
        #expect(try await client.next() == nil)
        let error = try Self.tlsError(await client.failure as? TransportError)
        #expect(error == .notTLS)
        Self.expect(error, says: "does not speak TLS")
        await server.stop()
    }

    @Test("S60: a TLS handshake that fails on a server reached by a plain client says so")
    func plainClient() async throws {
        let failure = try await self.plainClientFailure { try await $0.send(Package(.ping, GUID(1, 2))) }
        #expect(failure == .notTLS)
    }

    private func plainClientFailure(_ act: (ScriptedPeer) async throws -> Void) async throws -> TLSError {
        let server = ScriptedServer()
        let port = try await server.start(Layers(tls: self.tls.server()))
        let client = try await ScriptedPeer.connect(host: "127.0.0.1", port: port)
        let peer = try await server.nextConnection()
        try await act(client)
        #expect(try await peer.next() == nil)
        await server.stop()
        return try Self.tlsError(await peer.failure as? TransportError)
    }

    @Test("S60: a TLS handshake that fails because the peer closes it is worth trying again")
    func truncated() async throws {
        let error = try await self.plainClientFailure { client in
            try await client.send([22, 3, 1, 2, 0, 1])
            await client.close()
        }
        #expect(error == .truncated)
        Self.expect(error, says: "closed the connection during the TLS handshake", permanent: false)
    }

    @Test("S60: a TLS handshake that fails for want of a version in common says so, on both sides")
    func versions() async throws {
        let (old, new) = (try self.tls.client(), try self.tls.server())
        SSL_CTX_ctrl(old.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        _ = COpenSSL_set_minimum_version(new.pointer, TLS1_3_VERSION)
        let failures = try await self.failures(Layers(tls: old), new)
        for failure in [failures.client, failures.server] {
            let error = try Self.tlsError(failure)
            guard case .nothingInCommon = error else { throw error }
            Self.expect(error, says: "version or cipher in common")
        }
    }

    @Test("S60: a TLS handshake that fails for want of a cipher in common says so, on both sides")
    func ciphers() async throws {
        let (client, server) = (try self.tls.client(), try self.tls.server())
        for (context, cipher) in [(client, "TLS_AES_128_GCM_SHA256"), (server, "TLS_AES_256_GCM_SHA384")] {
            _ = COpenSSL_set_minimum_version(context.pointer, TLS1_3_VERSION)
            SSL_CTX_set_ciphersuites(context.pointer, cipher)
        }
        let failures = try await self.failures(Layers(tls: client), server)
        for failure in [failures.client, failures.server] {
            let error = try Self.tlsError(failure)
            guard case .nothingInCommon = error else { throw error }
        }
    }

    /// In TLS 1.3 the client is through before the server has seen its certificate.
    @Test(
        "S60: a TLS handshake that fails because the server requires a certificate says so, in every version",
        arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func certificateWanted(version: CInt) async throws {
        let client = try self.tls.client()
        SSL_CTX_ctrl(client.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
        let server = try self.tls.server(clientAuthority: TestCertificateAuthority())
        let failures = try await self.failures(Layers(tls: client), server)
        let error = try Self.tlsError(failures.client)
        #expect(error == .certificateWanted)
        Self.expect(error, says: "requires a certificate")
        #expect(try Self.tlsError(failures.server) == .noCertificate)
    }

    @Test(
        "S60: a TLS handshake that fails because the server refuses the client's certificate says so",
        arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func certificateRefused(version: CInt) async throws {
        let stranger = try TestCertificateAuthority(name: "Stranger").issue(names: ["worker"])
        let client = try self.tls.client(certificate: stranger)
        SSL_CTX_ctrl(client.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
        let server = try self.tls.server(clientAuthority: TestCertificateAuthority())
        let failures = try await self.failures(Layers(tls: client), server)
        let error = try Self.tlsError(failures.client)
        guard case .certificateRefused = error else { throw error }
        Self.expect(error, says: "unknown ca", "does not accept the certificate")
        let other = try Self.tlsError(failures.server)
        guard case .unknownAuthority = other else { throw other }
        Self.expect(other, says: "CN=Stranger")
    }

    @Test("S60: a TLS handshake that fails because the client does not trust the server is told to the server")
    func refusedByClient() async throws {
        let failures = try await self.failures(Layers(tls: TestTLS().client()), self.tls.server())
        let error = try Self.tlsError(failures.server)
        guard case .certificateRefused = error else { throw error }
    }

    @Test("S60: a TLS handshake that fails is never begun with a name that cannot be one", arguments: ["", "a\0b"])
    func impossibleName(name: String) async throws {
        let server = ScriptedServer()
        let port = try await server.start()
        let layers = Layers(tls: try self.tls.client(), serverName: name)
        let error = await #expect(throws: TLSError.self) {
            try await ScriptedPeer.connect(host: "127.0.0.1", port: port, layers)
        }
        #expect(error == .impossibleName(name))
        await server.stop()
    }
}
