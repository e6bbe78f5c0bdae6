internal import COpenSSL
internal import PhotonPumpWire

/// The TLS of one connection, without the connection: what came from the peer is fed to it, and what is for the peer is
/// taken from it.
struct TLSSession: ~Copyable {
    let connection: OpaquePointer
    /// What came and was not looked at yet, and what is to be sent; both belong to `connection`.
    private let input: OpaquePointer
    private let output: OpaquePointer
    private let notes: HandshakeNotes
    /// How much of the head of the first record was seen.
    private var inspected = 0

    /// - Parameter serverName: for a client, the name or the numeric address that the server's certificate must be for.
    init(_ context: TLSContext, serverName: String?) throws(TLSError) {
        ERR_clear_error()
        let connection = SSL_new(context.pointer)
        let (input, output) = (COpenSSL_new_memory(), COpenSSL_new_memory())
        guard let connection, let input, let output, serverName.map({ Self.expect($0, of: connection) }) ?? true else {
            SSL_free(connection)
            BIO_free(input)
            BIO_free(output)
            throw serverName.map { .impossibleName($0) } ?? .other(OpenSSLError.describeLast())
        }
        self.connection = connection
        self.input = input
        self.output = output
        self.notes = HandshakeNotes(expectedName: serverName ?? "")
        SSL_set_bio(connection, input, output)
        HandshakeCallbacks.attach(self.notes, to: connection)
        switch context.side {
        case .server: SSL_set_accept_state(connection)
        case .client: SSL_set_connect_state(connection)
        }
    }

    deinit {
        SSL_free(self.connection)
    }

    private static func expect(_ name: String, of connection: OpaquePointer) -> Bool {
        let parameters = SSL_get0_param(connection)
        // An address is not asked for.
        switch ExpectedName.set(name, parameters) {
        case .address: return true
        case .name: return COpenSSL_set_server_name(connection, name) == 1
        case nil: return false
        }
    }

    /// Goes as far as it can with what was fed.
    ///
    /// - Returns: whether the handshake is through.
    mutating func shakeHands() throws(TLSError) -> Bool {
        ERR_clear_error()
        let result = SSL_do_handshake(self.connection)
        if result == 1 { return true }
        guard SSL_get_error(self.connection, result) == SSL_ERROR_WANT_READ else {
            throw TLSError(failed: self.notes)
        }
        return false
    }

    mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
        try self.inspect(bytes)
        _ = BIO_write(self.input, bytes.baseAddress, CInt(clamping: bytes.count))
    }

    /// A peer that speaks something else is told by its first two bytes: no record but one of a handshake or an alert, of
    /// any version, comes first. (It could be a while until OpenSSL has the whole head of a record.)
    private mutating func inspect(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
        for byte in bytes.prefix(2 - self.inspected) {
            let isTLS = self.inspected == 0 ? (21...22).contains(byte) : byte == 3
            guard isTLS else { throw .notTLS }
            self.inspected += 1
        }
    }

    /// Reads what the peer has sent, at most one record of it; may make something to send.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSError) -> ReadOutcome {
        ERR_clear_error()
        let result = SSL_read(self.connection, buffer.baseAddress, CInt(clamping: buffer.count))
        if result > 0 { return .bytes(Int(result)) }
        return switch SSL_get_error(self.connection, result) {
        case SSL_ERROR_WANT_READ: .wouldBlock
        case SSL_ERROR_ZERO_RETURN: .endOfStream
        default: throw TLSError(failed: self.notes)
        }
    }

    /// Throws what is wrong with what was fed, if the peer says so before anything else; reads nothing.
    mutating func listenForAlert() throws(TLSError) {
        ERR_clear_error()
        var byte: UInt8 = 0
        let result = SSL_peek(self.connection, &byte, 1)
        if result <= 0, SSL_get_error(self.connection, result) == SSL_ERROR_SSL { throw TLSError(failed: self.notes) }
    }

    /// Whether something came that was not read; it may be less than a record.
    var hasUnread: Bool {
        SSL_has_pending(self.connection) == 1 || BIO_ctrl_pending(self.input) > 0
    }

    /// Encrypts a prefix of `bytes`, at most one record of it.
    ///
    /// - Returns: its length.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) -> Int {
        ERR_clear_error()
        let result = SSL_write(self.connection, bytes.baseAddress, CInt(clamping: bytes.count))
        guard result > 0 else { throw TLSError(failed: self.notes) }
        return Int(result)
    }

    /// Says that nothing more will be written.
    mutating func writeEnd() {
        ERR_clear_error()
        SSL_shutdown(self.connection)
    }

    /// Moves what is to be sent.
    mutating func takeOutput(into buffer: OutboundBuffer) {
        let count = BIO_ctrl_pending(self.output)
        guard count > 0 else { return }
        buffer.append(count) { _ = BIO_read(self.output, $0.baseAddress, CInt(clamping: $0.count)) }
    }
}
