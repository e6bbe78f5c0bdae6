#if HTTP
    internal import CCurl
    internal import PhotonPumpTransport
    internal import PhotonPumpWire

    /// One request and its answer. It follows no redirects and uses no proxy: the only servers to talk to are those the
    /// client connects to.
    struct CurlTransfer {
        /// `CURLAUTH_BASIC`, a macro that Swift cannot read.
        private static let basicAuthentication = 1

        private let request: HTTPRequest
        private let sockets: CurlSockets

        init(_ request: HTTPRequest, _ sockets: CurlSockets) {
            self.request = request
            self.sockets = sockets
        }

        /// Blocks until the answer is complete.
        ///
        /// - Parameter isCancelled: called about once a second and whenever bytes arrive; true abandons the request.
        func perform(isCancelled: () -> Bool) throws(HTTPFailure) -> HTTPResponse {
            let handle = try CurlHandle()
            let authority = Endpoint(
                host: self.request.tls?.expectedName(of: self.request.endpoint) ?? self.request.endpoint.host,
                port: self.request.endpoint.port
            )
            let address = Endpoint(host: self.request.address, port: self.request.endpoint.port)
            let scheme = self.request.tls == nil ? "http" : "https"
            // The percent sign in front of an IPv6 zone is not an escape.
            let host = "\(authority)".replacing("%", with: "%25")
            try handle.set(CURLOPT_URL, "\(scheme)://\(host)\(self.request.path)")
            // Connect there, whatever the URL's host is.
            try handle.set(CURLOPT_CONNECT_TO, list: ["::\(address)"])
            if let local = self.request.localAddress { try handle.set(CURLOPT_INTERFACE, "host!\(local)") }
            try handle.set(CURLOPT_HTTPHEADER, list: self.headers)
            try handle.set(CURLOPT_USERAGENT, "photonpump")
            try handle.set(CURLOPT_PROXY, "")
            try handle.set(CURLOPT_FOLLOWLOCATION, 0)
            // Signals are the process's own business.
            try handle.set(CURLOPT_NOSIGNAL, 1)
            try handle.set(CURLOPT_TIMEOUT_MS, max(1, Int((self.request.timeout / .milliseconds(1)).rounded(.up))))
            switch self.request.method {
            case .get: break
            case .delete: try handle.set(CURLOPT_CUSTOMREQUEST, self.request.method.rawValue)
            case .post, .put:
                try handle.setBody(self.request.body?.bytes ?? [])
                try handle.set(CURLOPT_CUSTOMREQUEST, self.request.method.rawValue)
            }
            if let login = self.request.login {
                try handle.set(CURLOPT_HTTPAUTH, Self.basicAuthentication)
                try handle.set(CURLOPT_USERNAME, login.name)
                try handle.set(CURLOPT_PASSWORD, login.password)
            }
            let expected = ExpectedHost(authority.host)
            defer { withExtendedLifetime(expected) {} }
            if let tls = self.request.tls {
                try handle.use(tls)
                if tls.trust != .insecureWithoutVerification { try handle.expect(expected) }
            }
            return try withoutActuallyEscaping(isCancelled) { isCancelled throws(HTTPFailure) in
                let answer = CurlAnswer(limit: self.request.answerLimit, isCancelled: isCancelled)
                let code = try handle.perform(into: answer, over: self.sockets)
                guard code == CURLE_OK else {
                    var failure = self.failure(code, answer, handle)
                    failure.mayHaveArrived = handle.number(CURLINFO_REQUEST_SIZE) > 0
                    throw failure
                }
                return HTTPResponse(
                    status: handle.number(CURLINFO_RESPONSE_CODE), headers: answer.headers, body: answer.body)
            }
        }

        /// Those with nothing behind the colon are left out, though libcurl would have them: it would name a type of
        /// bodies that have none, and wait for the server's consent to long ones.
        private var headers: [String] {
            let type = self.request.body.map { "Content-Type: \($0.type)" } ?? "Content-Type:"
            return ["Host: \(self.request.host)", "Accept: application/json", type, "Expect:"]
        }

        private func failure(_ code: CURLcode, _ answer: CurlAnswer, _ handle: borrowing CurlHandle) -> HTTPFailure {
            switch code {
            case _ where self.sockets.isAbandoned, CURLE_OPERATION_TIMEDOUT:
                return HTTPFailure(description: "no answer within \(self.request.timeout.words)")
            case CURLE_WRITE_ERROR where answer.isTooLong:
                return HTTPFailure(description: "the answer is longer than \(self.request.answerLimit) bytes")
            case CURLE_GOT_NOTHING:
                return HTTPFailure(description: "the connection was closed without an answer: is it the TCP port?")
            default:
                let reason = handle.reason(code)
                // What libcurl says of an answer without a status line, such as a frame.
                if reason.contains("HTTP/0.9") {
                    return HTTPFailure(description: "what answers speaks no HTTP: is it the TCP port?")
                }
                return self.tlsFailure(code, handle) ?? HTTPFailure(description: reason)
            }
        }

        /// A TLS error, with the setting that is concerned.
        private func tlsFailure(_ code: CURLcode, _ handle: borrowing CurlHandle) -> HTTPFailure? {
            guard let tls = self.request.tls else { return nil }
            let reason = handle.reason(code)
            let problem: String
            switch code {
            case CURLE_PEER_FAILED_VERIFICATION:
                let name = tls.expectedName(of: self.request.endpoint)
                // The X.509 problem; 0 or 1 (unspecified) if only libcurl finds that the certificate is not for this
                // name.
                problem =
                    switch handle.number(CURLINFO_SSL_VERIFYRESULT) {
                    case 0, 1, 62, 64: "the certificate is not for '\(name)' (see tls.expectedHostName)"
                    case 9: "the certificate is not valid yet"
                    case 10: "the certificate has expired"
                    default: "the certificate is not signed by an authority that tls.trust accepts"
                    }
            case CURLE_SSL_CACERT_BADFILE:
                problem = "tls.trust: the authorities' file cannot be used"
            case CURLE_SSL_CERTPROBLEM:
                problem = "tls.clientCertificate cannot be used"
            case CURLE_SSL_CONNECT_ERROR:
                // The message is OpenSSL's; to it, the answer of a server without TLS has the wrong version.
                if reason.contains("wrong version number") {
                    problem = "the port does not speak TLS (see discovery.gossipOverTLS)"
                } else if ["protocol version", "unsupported protocol", "handshake failure"].contains(
                    where: reason.contains)
                {
                    problem = "no TLS version or cipher in common"
                } else {
                    return HTTPFailure(description: "TLS failed (see discovery.gossipOverTLS): \(reason)")
                }
            default:
                return nil
            }
            return HTTPFailure(description: "\(problem): \(reason)", isPermanent: true)
        }
    }

    extension CurlHandle {
        private func set(
            _ fileOption: CURLoption, _ textOption: CURLoption, _ pem: TLSSettings.PEM
        ) throws(HTTPFailure) {
            switch pem {
            case .file(let path): try self.set(fileOption, path)
            case .text(let text): try self.set(textOption, bytes: Array(text.utf8))
            }
        }

        fileprivate func use(_ tls: TLSSettings) throws(HTTPFailure) {
            // As for the TCP connection.
            try self.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
            switch tls.trust {
            case .systemRoots:
                break
            case .authorities(let pem):
                try self.set(CURLOPT_CAINFO, CURLOPT_CAINFO_BLOB, pem)
                try self.set(CURLOPT_CAPATH, nil)
            case .insecureWithoutVerification:
                try self.set(CURLOPT_SSL_VERIFYPEER, 0)
                try self.set(CURLOPT_SSL_VERIFYHOST, 0)
            }
            if let certificate = tls.clientCertificate {
                try self.set(CURLOPT_SSLCERT, CURLOPT_SSLCERT_BLOB, certificate.certificate)
                try self.set(CURLOPT_SSLKEY, CURLOPT_SSLKEY_BLOB, certificate.key)
            }
        }
    }
#endif
