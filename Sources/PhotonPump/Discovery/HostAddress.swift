/// What an address means to another machine than the one that gave it; pure.
enum HostAddress {
    /// The host to connect to when a server names this one: the server's own, if what it names is no address of any
    /// machine (0.0.0.0 and ::, which it may listen on), or is the loopback of a server elsewhere.
    ///
    /// - Parameters:
    ///   - server: the server's name, or its address.
    ///   - address: its address; nil if not known.
    static func meant(by host: String, whenToldBy server: String, at address: String? = nil) -> String {
        if self.isUnspecified(host) { return server }
        guard self.isLoopback(host), !self.isLoopback(address ?? server) else { return host }
        return server
    }

    static func isUnspecified(_ host: String) -> Bool {
        ["0.0.0.0", "::", "0:0:0:0:0:0:0:0", "::ffff:0.0.0.0"].contains(host)
    }

    static func isLoopback(_ host: String) -> Bool {
        let host = host.lowercased()
        if ["localhost", "::1", "0:0:0:0:0:0:0:1"].contains(host) || host.hasSuffix(".localhost") { return true }
        let parts = (host.hasPrefix("::ffff:") ? host.dropFirst(7) : host[...]).split(
            separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
