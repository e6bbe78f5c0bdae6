extension EmbeddedServer.Configuration {
    /// What these settings expose, a sentence each; none for the defaults. A server logs them as `warning` when it
    /// starts.
    public var risks: [String] {
        let known = self.users.filter { [.admin, .ops].contains($0) }.map(\.name)
        guard !self.isPrivate, !known.isEmpty else { return [] }
        return [
            """
            other machines can connect to \(self.host) and log in as \(known.joined(separator: " or ")) with the password \
            of a new EventStore; listen on 127.0.0.1, or choose users of your own
            """
        ]
    }

    /// Whether only this machine can connect, as far as the name tells.
    private var isPrivate: Bool {
        let isLoopback = self.host.hasPrefix("127.") && self.host.allSatisfy { $0.isNumber || $0 == "." }
        return isLoopback || ["localhost", "::1"].contains(self.host.lowercased())
    }
}
