internal import PhotonPumpTransport

/// Distinguishes the forms of connection strings.
///
/// Anything unknown to a form is an error that names the part and where it begins, counted in characters from 0. No
/// error repeats text that may be a name or a password.
enum ConnectionString {
    static func configuration(_ text: String) throws(PhotonPumpError) -> Client.Configuration {
        let whole = Part(text)
        if let (scheme, rest) = whole.cut(at: ":"), let rest = rest.drop(prefix: "//"), !scheme.contains("=") {
            return try URIConnectionString(scheme: scheme, rest).configuration()
        }
        let address = whole.cut(at: "?")?.before ?? whole
        guard !address.isEmpty else {
            throw whole.error("expected scheme://host:port?setting=value or Key=Value; Key=Value")
        }
        if address.contains("=") { return try DotNetConnectionString(whole).configuration() }
        return try URIConnectionString(.tcp, whole).configuration()
    }
}

extension Client.Configuration {
    /// Creates settings from a connection string, such as `tcp://admin:changeit@localhost:1113?operationTimeout=5s`.
    ///
    /// <doc:ConnectionStrings> lists all forms and settings.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the invalid part and its position.
    public init(_ connectionString: String) throws {
        self = try ConnectionString.configuration(connectionString)
    }

    /// A connection string for these settings, **including the password**; use ``description`` for printing.
    ///
    /// Times are rounded up to whole milliseconds. Certificates and keys that are given as text, not as files, are left
    /// out. Invalid settings give an invalid string.
    public var connectionString: String {
        self.connectionString { PercentEncoding.encode($0) }
    }

    private func connectionString(password: (String) -> String) -> String {
        let draft = ConnectionDraft(self)
        var settings = Setting.own
        let scheme: URIConnectionString.Scheme
        switch self.target {
        case .node:
            scheme = self.tls == nil ? .tcp : .tls
            settings.removeAll { $0.path == \.usesTLS }
        case .cluster:
            scheme = .discover
        case .service:
            scheme = .discoverService
        }
        let login = self.credentials.map { "\(PercentEncoding.encode($0.username)):\(password($0.password))@" } ?? ""
        let query = settings.compactMap { setting in
            setting.write(draft).map { "\(setting.name)=\(PercentEncoding.encode($0))" }
        }
        return "\(scheme.rawValue)://\(login)\(self.target)?\(query.joined(separator: "&"))"
    }
}

extension Client.Configuration: CustomStringConvertible {
    /// The connection string, with `***` for the password.
    public var description: String {
        self.connectionString { _ in "***" }
    }
}
