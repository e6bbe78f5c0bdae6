internal import COpenSSL
internal import PhotonPumpSystem

/// Certificates or a private key in PEM, in a file or as text.
package enum PEM: Hashable, Sendable {
    case file(String)
    case text(String)

    /// Hands over each certificate, of which there must be at least one; they are freed afterwards.
    func forEachCertificate(
        holding contents: TLSError.Contents,
        _ body: (OpaquePointer) throws(TLSError) -> Void
    ) throws(TLSError) {
        let memory = try self.open(holding: contents)
        defer { BIO_free(memory) }
        ERR_clear_error()
        var count = 0
        while let certificate = PEM_read_bio_X509(memory, nil, nil, nil) {
            defer { X509_free(certificate) }
            try body(certificate)
            count += 1
        }
        // Reading ends where no other certificate begins; anything else is a certificate that is broken.
        let isEnd = OpenSSLError.last.map { $0.library == ERR_LIB_PEM && $0.reason == PEM_R_NO_START_LINE } ?? true
        guard count > 0, isEnd else { throw .pem(.notPEM, self, holding: contents) }
    }

    /// Hands over the private key, which is freed afterwards.
    func withKey(_ body: (OpaquePointer) throws(TLSError) -> Void) throws(TLSError) {
        let memory = try self.open(holding: .key)
        defer { BIO_free(memory) }
        ERR_clear_error()
        var wantsPassword = false
        // Without a callback of ours OpenSSL would ask for the password on the terminal.
        let key = PEM_read_bio_PrivateKey(
            memory, nil,
            { _, _, _, wanted in
                wanted?.assumingMemoryBound(to: Bool.self).pointee = true
                return -1
            }, &wantsPassword)
        guard let key else { throw .pem(wantsPassword ? .encrypted : .notPEM, self, holding: .key) }
        defer { EVP_PKEY_free(key) }
        try body(key)
    }

    private func open(holding contents: TLSError.Contents) throws(TLSError) -> OpaquePointer {
        let bytes = try self.bytes(holding: contents)
        guard let memory = COpenSSL_new_memory() else { throw .other(OpenSSLError.describeLast()) }
        bytes.withUnsafeBytes { bytes in
            _ = BIO_write(memory, bytes.baseAddress, CInt(clamping: bytes.count))
        }
        return memory
    }

    private func bytes(holding contents: TLSError.Contents) throws(TLSError) -> Data {
        switch self {
        case .text(let text):
            return Data(text.utf8)
        case .file(let path):
            do {
                // Of an empty file Foundation's buffer is never freed, each time that somebody connects.
                let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64
                return size == 0 ? Data() : try Data(contentsOf: URL(fileURLWithPath: path))
            } catch let error as CocoaError where [.fileReadNoSuchFile, .fileNoSuchFile].contains(error.code) {
                throw .pem(.missing, self, holding: contents)
            } catch {
                throw .pem(.unreadable(reason: Self.reason(error)), self, holding: contents)
            }
        }
    }

    /// The system's own words for it, where there are any.
    private static func reason(_ error: any Error) -> String {
        guard let cause = (error as? CocoaError)?.underlying as? POSIXError else { return "\(error)" }
        return Platform.describe(cause.code.rawValue)
    }
}

extension PEM: CustomStringConvertible, CustomReflectable {
    /// Never the text: it may be a private key.
    package var description: String {
        switch self {
        case .file(let path): "'\(path)'"
        case .text: "the text given"
        }
    }

    /// The same, for `dump`.
    package var customMirror: Mirror { Mirror(self, children: ["pem": self.description]) }
}
