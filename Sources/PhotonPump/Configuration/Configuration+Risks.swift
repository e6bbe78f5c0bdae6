extension Client.Configuration {
    /// Less than this is hardly meant, as a busy server takes longer.
    private static let leastTime: Duration = .milliseconds(50)

    /// What these settings give up of the safety that TLS is there for, and times that are hardly meant, a sentence each;
    /// none for the usual settings. A client logs them as `warning` when it is created.
    public var risks: [String] { self.tlsRisks + self.shortTimes }

    private var shortTimes: [String] {
        let times = [
            ("operationTimeout", "defaultDeadline", self.operationTimeout),
            ("discovery.gossipTimeout", "gossipTimeout", self.discovery.gossipTimeout),
        ]
        return times.filter { $0.2 < Self.leastTime }.map { name, key, time in
            "\(name) is only \(time): servers may need longer; \(key) of esdb:// counts milliseconds, not seconds"
        }
    }

    private var tlsRisks: [String] {
        guard let tls else { return [] }
        var risks: [String] = []
        if tls.trust == .insecureWithoutVerification {
            risks.append("TLS without verification (tls.trust): whoever answers is taken for the server")
        }
        if self.trustsNamesOfGossip(tls) {
            risks.append(
                """
                gossip without TLS chooses the names that certificates are checked for: whoever forges it and has any \
                certificate that this system trusts is taken for the server; use gossip over TLS, an authority of your \
                own (tls.trust) or a fixed name (tls.expectedHostName)
                """)
        }
        if case .service = self.target, tls.trust == .systemRoots, tls.expectedHostName == nil {
            risks.append(
                """
                SRV records choose the names that certificates are checked for: whoever forges answers of the DNS and has \
                any certificate that this system trusts is taken for the server; use an authority of your own (tls.trust) \
                or a fixed name (tls.expectedHostName)
                """)
        }
        if tls.allowsCredentialsInClear, self.discovery.gossipOverTLS == false {
            risks.append("credentials are sent without TLS in requests over HTTP (tls.allowsCredentialsInClear)")
        }
        return risks
    }

    private func trustsNamesOfGossip(_ tls: TLSSettings) -> Bool {
        if case .node = self.target { return false }
        return self.discovery.gossipOverTLS == false && tls.trust == .systemRoots && tls.expectedHostName == nil
    }
}
