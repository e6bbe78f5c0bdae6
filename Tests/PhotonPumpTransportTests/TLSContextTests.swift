import COpenSSL
import EmbeddedEventStore
import Foundation
import PhotonPumpTransport
import Testing

@Suite("TLS settings")
struct TLSContextTests {
    private let authority: TestCertificateAuthority
    private let directory: URL

    init() throws {
        self.authority = try TestCertificateAuthority()
        self.directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
    }

    private func removingDirectory(_ body: () throws -> Void) rethrows {
        defer { try? FileManager.default.removeItem(at: self.directory) }
        try body()
    }

    private func trusting(_ pem: PEM) throws -> TLSContext {
        try TLSContext(client: TLSClientSettings(trust: .authorities(pem)))
    }

    private func problem(_ body: () throws -> Void) throws -> TLSError {
        let error = try #require(throws: TLSError.self) { try body() }
        #expect(error.isPermanent)
        return error
    }

    @Test("TLS settings take files as written by a test authority, and several authorities in one")
    func files() throws {
        try self.removingDirectory {
            let ca = try self.authority.write(to: self.directory)
            _ = try self.trusting(.file(ca.path))
            let (certificate, key) = try self.authority.issue(names: ["localhost"])
                .write(to: self.directory, name: "server")
            _ = try TLSContext(
                server: TLSServerSettings(
                    identity: TLSIdentity(certificates: .file(certificate.path), key: .file(key.path)),
                    clientAuthorities: .file(ca.path)
                )
            )
            let both =
                try "text before\n" + self.authority.certificate.chain
                + TestCertificateAuthority().certificate.chain + "text behind\n"
            _ = try self.trusting(.text(both))
            let mode = try FileManager.default.attributesOfItem(atPath: key.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test("TLS settings name the file that is missing or no file, and what it should hold")
    func unreadable() throws {
        try self.removingDirectory {
            let missing = self.directory.appendingPathComponent("none.pem").path
            let first = try self.problem { _ = try self.trusting(.file(missing)) }
            #expect(first == .pem(.missing, .file(missing), holding: .authorities))
            #expect(
                "\(first)" == "the certificate of the authority in '\(missing)' cannot be used: there is no such file")
            let second = try self.problem { _ = try self.trusting(.file(self.directory.path)) }
            guard case .pem(.unreadable, .file, holding: .authorities) = second else { throw second }
            #expect("\(second)".contains(self.directory.path))
        }
    }

    @Test("TLS settings name what is not PEM")
    func notPEM() throws {
        let certificate = try self.authority.issue(names: ["localhost"])
        let damaged = self.authority.certificate.chain.replacing("-----END", with: "!-----END")
        for text in ["", "hello", certificate.key, self.authority.certificate.chain + damaged] {
            let error = try self.problem { _ = try self.trusting(.text(text)) }
            #expect(error == .pem(.notPEM, .text(text), holding: .authorities))
        }
        let pairs: [(TestCertificate, TLSError.Contents)] = [
            (TestCertificate(chain: certificate.key, key: certificate.key), .certificate),
            (TestCertificate(chain: certificate.chain, key: certificate.chain), .key),
        ]
        for (pair, contents) in pairs {
            let error = try self.problem { _ = try TestTLS.server(pair) }
            guard case .pem(.notPEM, _, holding: contents) = error else { throw error }
        }
    }

    @Test("TLS settings do not ask for the password of a key")
    func encrypted() throws {
        let certificate = try self.authority.issue(names: ["localhost"])
        let pair = TestCertificate(chain: certificate.chain, key: try Self.encrypted(certificate.key))
        let error = try self.problem { _ = try TestTLS.server(pair) }
        guard case .pem(.encrypted, _, holding: .key) = error else { throw error }
        #expect(!"\(error)".contains("BEGIN"))
    }

    @Test("TLS settings name the certificate that a key is not for")
    func keyMismatch() throws {
        let (first, second) = (
            try self.authority.issue(names: ["localhost"]), try self.authority.issue(names: ["localhost"])
        )
        let error = try self.problem {
            _ = try TestTLS.server(TestCertificate(chain: first.chain, key: second.key))
        }
        guard case .keyMismatch = error else { throw error }
        #expect("\(error)".contains("CN=localhost"))
    }

    private static func encrypted(_ key: String) throws -> String {
        let (input, output) = (COpenSSL_new_memory(), COpenSSL_new_memory())
        defer {
            BIO_free(input)
            BIO_free(output)
        }
        let bytes = Array(key.utf8)
        _ = BIO_write(input, bytes, CInt(bytes.count))
        let parsed = PEM_read_bio_PrivateKey(input, nil, nil, nil)
        defer { EVP_PKEY_free(parsed) }
        try #require(PEM_write_bio_PKCS8PrivateKey(output, parsed, EVP_aes_128_cbc(), "secret", 6, nil, nil) == 1)
        var memory: UnsafeMutablePointer<CChar>?
        let count = COpenSSL_memory(output, &memory)
        return String(decoding: UnsafeRawBufferPointer(start: memory, count: count), as: UTF8.self)
    }
}
