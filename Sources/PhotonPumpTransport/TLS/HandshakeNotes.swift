internal import COpenSSL

/// What OpenSSL reports of a handshake only while it is under way.
final class HandshakeNotes {
    /// Why the peer's certificate was not accepted.
    fileprivate(set) var refusal: TLSError?
    /// Whether the peer has asked for a certificate, and there was none to show.
    fileprivate(set) var lacksCertificate = false
    fileprivate let expectedName: String

    /// - Parameter expectedName: whom the peer's certificate should be for.
    init(expectedName: String) {
        self.expectedName = expectedName
    }
}

/// OpenSSL's callbacks. They find the ``HandshakeNotes`` of their connection, which its ``TLSSession`` holds, through the
/// connection's application data.
enum HandshakeCallbacks {
    static func attach(_ notes: HandshakeNotes, to connection: OpaquePointer) {
        COpenSSL_set_app_data(connection, Unmanaged.passUnretained(notes).toOpaque())
    }

    /// Called for each certificate of the peer's chain, with OpenSSL's verdict, which stands.
    static let verified: @convention(c) (CInt, OpaquePointer?) -> CInt = { isAccepted, verification in
        if isAccepted != 1, let verification, let notes = notes(COpenSSL_verified_connection(verification)) {
            notes.refusal = notes.refusal ?? TLSError(refused: verification, expectedName: notes.expectedName)
        }
        return isAccepted
    }

    /// Called when the server asks for a certificate and the settings name none.
    static let certificateWanted:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<OpaquePointer?>?, UnsafeMutablePointer<OpaquePointer?>?
        ) -> CInt = { connection, _, _ in
            notes(connection)?.lacksCertificate = true
            return 0
        }

    private static func notes(_ connection: OpaquePointer?) -> HandshakeNotes? {
        COpenSSL_app_data(connection).map { Unmanaged<HandshakeNotes>.fromOpaque($0).takeUnretainedValue() }
    }
}
