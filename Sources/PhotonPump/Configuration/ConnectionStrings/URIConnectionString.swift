/// `scheme://[user:password@]host[:port][,host[:port]…][?setting=value&…]`; `tcp://` can be left out.
struct URIConnectionString {
    enum Scheme: String, CaseIterable {
        case tcp, tls, discover
        case discoverService = "discover+srv"
        case esdb
        case esdbDiscover = "esdb+discover"

        fileprivate var settings: [Setting] {
            switch self {
            case .tcp, .tls, .discover, .discoverService: Setting.own
            case .esdb, .esdbDiscover: Setting.grpc
            }
        }
    }

    private let scheme: Scheme
    private let authority: Part
    private let query: Part?

    /// - Parameters:
    ///   - scheme: what comes before `://`.
    ///   - rest: what comes after it.
    init(scheme: Part, _ rest: Part) throws(PhotonPumpError) {
        guard let known = Scheme(rawValue: scheme.text.lowercased()) else {
            let names = Scheme.allCases.map { "\($0.rawValue)://" }.joined(separator: ", ")
            throw scheme.error("unknown scheme: use one of \(names)")
        }
        try self.init(known, rest)
    }

    init(_ scheme: Scheme, _ rest: Part) throws(PhotonPumpError) {
        self.scheme = scheme
        (self.authority, self.query) = rest.cut(at: "?").map { ($0, $1) } ?? (rest, nil)
        if let query, query.contains("@") {
            throw query.error("a ? before the @, or an @ in a setting, must be percent-encoded")
        }
    }

    func configuration() throws(PhotonPumpError) -> Client.Configuration {
        let (target, credentials) = try self.target()
        var draft = ConnectionDraft(Client.Configuration(target, credentials: credentials))
        let given = try self.given()
        try self.decideTLS(given, &draft)
        try given.apply(to: &draft) { part, name throws(PhotonPumpError) in try part.decoded(name) }
        return draft.complete
    }

    private func given() throws(PhotonPumpError) -> GivenSettings {
        var given = GivenSettings(known: self.scheme.settings)
        for pair in self.query?.split(at: "&") ?? [] {
            guard let (key, value) = pair.cut(at: "=") else { throw pair.error("expected setting=value") }
            try given.add(name: key.text, key: key, value: value, repeatsName: true)
        }
        return given
    }

    /// The scheme decides whether TLS is used, or gives the default for the setting.
    private func decideTLS(_ given: GivenSettings, _ draft: inout ConnectionDraft) throws(PhotonPumpError) {
        switch self.scheme {
        case .tcp, .tls:
            draft.usesTLS = self.scheme == .tls
            guard let (_, key, value) = given.find(\.usesTLS) else { return }
            if let said = Format.flag.read(value.text), said != draft.usesTLS {
                throw key.error("tls=\(said) contradicts \(self.scheme.rawValue)://")
            }
        case .discover, .discoverService:
            draft.usesTLS = false
        case .esdb, .esdbDiscover:
            draft.usesTLS = true
        }
    }

    private func target() throws(PhotonPumpError) -> (Client.Configuration.Target, Credentials?) {
        switch self.scheme {
        case .tcp, .tls:
            let port = self.scheme == .tcp ? Endpoint.defaultPort : Endpoint.defaultTLSPort
            let authority = try Authority(self.authority, defaultPort: port)
            guard let node = authority.endpoints.first, authority.endpoints.count == 1 else {
                throw self.authority.error("\(self.scheme.rawValue)://… takes one server: use discover:// for several")
            }
            return (.node(node), authority.credentials)
        case .discoverService:
            // No port is given: the records have it.
            let authority = try Authority(self.authority, defaultPort: 0)
            guard let name = authority.endpoints.first, authority.endpoints.count == 1, name.port == 0 else {
                throw self.authority.error(
                    "\(self.scheme.rawValue)://… takes one name without a port: its SRV records have those")
            }
            let service = name.host.hasPrefix("_") ? name.host : "_eventstore._tcp.\(name.host)"
            return (.service(service), authority.credentials)
        case .discover, .esdb, .esdbDiscover:
            let authority = try Authority(self.authority, defaultPort: Endpoint.defaultGossipPort)
            return (.cluster(gossip: authority.endpoints), authority.credentials)
        }
    }
}
