internal import COpenSSL

/// An entry of OpenSSL's error queue, of which every thread has its own. It is valid until the next call.
struct OpenSSLError {
    private let code: UInt

    var library: CInt { ERR_GET_LIB(self.code) }
    var reason: CInt { ERR_GET_REASON(self.code) }

    /// The error that was noted last, which is nearest to what was called.
    static var last: OpenSSLError? { Self(ERR_peek_last_error()) }
    /// The error that was noted first, which is nearest to the cause.
    static var first: OpenSSLError? { Self(ERR_peek_error()) }

    private init?(_ code: UInt) {
        if code == 0 { return nil }
        self.code = code
    }

    static func describeLast() -> String {
        self.last?.description ?? "OpenSSL gives no reason"
    }

    /// The number of the alert (RFC 8446, section 6) that the peer sent, if that is what this is about.
    var alert: CInt? {
        guard self.library == ERR_LIB_SSL, self.reason > SSL_AD_REASON_OFFSET else { return nil }
        return self.reason - SSL_AD_REASON_OFFSET
    }
}

extension OpenSSLError: CustomStringConvertible {
    var description: String {
        ERR_reason_error_string(self.code).map { String(cString: $0) } ?? "OpenSSL error \(self.code)"
    }
}
