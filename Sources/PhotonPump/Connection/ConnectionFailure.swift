internal import PhotonPumpTransport

/// Why a connection could not be made, and what follows from that.
struct ConnectionFailure: Error {
    var error: PhotonPumpError
    /// Whether the next attempt would fail for the same reason.
    var isPermanent = false
    /// Whether the server may accept this client at any moment.
    var isStarting = false
    /// Whether those who wait for the connection go on waiting.
    var keepsWaiting = false

    init(_ error: PhotonPumpError, isPermanent: Bool = false, isStarting: Bool = false, keepsWaiting: Bool = false) {
        self.error = error
        self.isPermanent = isPermanent
        self.isStarting = isStarting
        self.keepsWaiting = keepsWaiting
    }

    init(_ problem: String, _ cause: some Error, isPermanent: Bool = false) {
        self.init(PhotonPumpError(.connectionFailed, problem, underlying: cause), isPermanent: isPermanent)
    }

    /// A connection ended before the server accepted this client.
    ///
    /// - Parameter usesTLS: whether TLS was to be used.
    init(endedBy cause: ChannelError, usesTLS: Bool) {
        let problem: String
        switch cause {
        case .transport(.tls(let error)):
            let setting = error.setting.map { " (see \($0))" } ?? ""
            problem = "no TLS connection could be made\(setting)"
        case .endOfStream, .transport(.socket):
            let hint = usesTLS ? "" : "; if its port expects TLS, use tls:// or the setting tls"
            problem = "the connection ended before the server accepted it\(hint)"
        case .frame:
            problem = "the connection ended before the server accepted it"
        }
        self.init(problem, cause, isPermanent: cause.isPermanent)
    }
}

extension ClientContext {
    func overdue(_ problem: String, _ hint: String = "") -> PhotonPumpError {
        PhotonPumpError(.connectionFailed, "\(problem) within \(self.configuration.connectTimeout.words)\(hint)")
    }
}

extension TLSError {
    /// The related setting: in code, and in a connection string.
    fileprivate var setting: String? {
        switch self {
        case .unknownAuthority, .selfSigned, .unacceptable: "tls.trust, or tlsCAFile"
        case .wrongName, .impossibleName: "tls.expectedHostName, or tlsHostName"
        case .notTLS: "tls, or use tcp:// instead of tls://"
        case .certificateWanted, .certificateRefused: "tls.clientCertificate, or tlsCertFile and tlsKeyFile"
        case .expired, .notYetValid, .nothingInCommon, .noCertificate, .pem, .keyMismatch, .truncated, .other: nil
        }
    }
}
