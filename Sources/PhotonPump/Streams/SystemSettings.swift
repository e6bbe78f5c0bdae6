/// The default permissions of streams, where their own metadata does not say.
public struct SystemSettings: Sendable, Hashable, Codable {
    /// For ordinary streams; nil means that they are open to everyone.
    public var userStreamACL: StreamACL?
    /// For streams whose names begin with `$`; nil means that they are open to administrators.
    public var systemStreamACL: StreamACL?

    private enum CodingKeys: String, CodingKey {
        case userStreamACL = "$userStreamAcl"
        case systemStreamACL = "$systemStreamAcl"
    }

    /// The given rights, and the built-in ones where nil.
    public init(userStreamACL: StreamACL? = nil, systemStreamACL: StreamACL? = nil) {
        self.userStreamACL = userStreamACL
        self.systemStreamACL = systemStreamACL
    }
}

extension Client {
    /// Replaces the server's settings. They take effect at once.
    ///
    /// - Parameters:
    ///   - settings: the complete new settings.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/accessDenied``.
    @discardableResult
    public nonisolated func setSystemSettings(
        _ settings: SystemSettings,
        options: CallOptions = CallOptions()
    ) async throws -> WriteResult {
        try await self.publishEvent(to: StreamName.settings, type: "$settings", body: settings, options: options)
    }
}
