/// Who may do what with streams whose metadata does not say.
public struct SystemSettings: Sendable, Hashable, Codable {
    /// For ordinary streams; nil is everybody.
    public var userStreamACL: StreamACL?
    /// For streams whose names begin with `$`; nil is the administrators.
    public var systemStreamACL: StreamACL?

    private enum CodingKeys: String, CodingKey {
        case userStreamACL = "$userStreamAcl"
        case systemStreamACL = "$systemStreamAcl"
    }

    /// The rights given, and the built-in ones for the others.
    public init(userStreamACL: StreamACL? = nil, systemStreamACL: StreamACL? = nil) {
        self.userStreamACL = userStreamACL
        self.systemStreamACL = systemStreamACL
    }
}

extension Client {
    /// Replaces the server's settings. They are effective at once.
    ///
    /// - Parameters:
    ///   - settings: the new settings, whole.
    ///   - options: timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, among others ``PhotonPumpError/Code/accessDenied``.
    @discardableResult
    public nonisolated func setSystemSettings(
        _ settings: SystemSettings,
        options: CallOptions = CallOptions()
    ) async throws -> WriteResult {
        try await self.publishEvent(to: StreamName.settings, type: "$settings", body: settings, options: options)
    }
}
