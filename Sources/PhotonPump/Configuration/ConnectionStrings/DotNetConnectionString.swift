/// `Key=Value; Key=Value`, as the .NET client writes it: keys may contain spaces, and quoted values may contain
/// anything.
struct DotNetConnectionString {
    /// The key whose default is written by leaving it out.
    private static let compatibilityMode = "CompatibilityMode"

    private let given: GivenSettings

    init(_ whole: Part) throws(PhotonPumpError) {
        var given = GivenSettings(known: Setting.dotNet)
        var rest = whole.trimmed()
        var mayBeSecret = false
        while !rest.isEmpty {
            if rest.first == ";" {
                rest = rest.dropFirst().trimmed()
                continue
            }
            guard let (key, tail) = rest.cut(at: "="), !key.contains(";") else {
                throw rest.error("expected Key=Value; a value with a semicolon needs quotes")
            }
            // The .NET client takes a doubled = for one that belongs to the key.
            guard tail.first != "=" else { throw tail.error("a value that begins with = needs quotes") }
            let (value, next) = try Self.value(tail.trimmed())
            let name = key.text.filter { !$0.isWhitespace }
            try given.add(
                name: name,
                key: key,
                value: value,
                // Credentials that contain a semicolon may have been cut in two.
                repeatsName: !mayBeSecret && !rest.contains("@")
            )
            mayBeSecret = name.lowercased() == "defaultusercredentials"
            rest = next.trimmed()
        }
        self.given = given
    }

    /// The value at the start of `part`, and what follows it.
    private static func value(_ part: Part) throws(PhotonPumpError) -> (value: Part, rest: Part) {
        guard part.first == "'" || part.first == "\"" else {
            let (before, rest) = part.cut(at: ";") ?? (part, part.dropFirst(.max))
            let value = before.trimmed()
            // What was meant as a quote would become a part of the value.
            guard !value.text.hasSuffix("'"), !value.text.hasSuffix("\"") else {
                throw value.error("a value that ends with a quote needs quotes around all of it")
            }
            return (value, rest)
        }
        guard let (value, rest) = part.unquoted() else { throw part.error("the quotes are not closed") }
        let next = rest.trimmed()
        guard next.isEmpty || next.first == ";" else {
            throw next.error("only a semicolon can follow the closing quote")
        }
        return (value, next)
    }

    func configuration() throws(PhotonPumpError) -> Client.Configuration {
        var draft = ConnectionDraft()
        try self.given.apply(to: &draft) { part, name throws(PhotonPumpError) in
            guard !part.isEmpty || name == Self.compatibilityMode else { throw part.error("\(name) is empty") }
            return part.text
        }
        if let (_, _, login) = self.given.find(named: "DefaultUserCredentials") {
            // The .NET client cuts off white space around the two even within quotes.
            draft.configuration.credentials = try Authority.plainCredentials(login.trimmed())
        }
        try self.setTarget(&draft.configuration)
        try self.setGossip(&draft.configuration)
        try self.checkVerification(draft)
        // The .NET client's delay is fixed; ours grows.
        let reconnection = draft.configuration.reconnection
        draft.configuration.reconnection.maximumDelay = max(reconnection.firstDelay, reconnection.maximumDelay)
        return draft.complete
    }
}

// MARK: What to connect to

extension DotNetConnectionString {
    private func setTarget(_ configuration: inout Client.Configuration) throws(PhotonPumpError) {
        let targets = ["ConnectTo", "GossipSeeds", "ClusterDns"].compactMap { self.given.find(named: $0) }
        guard let (name, key, value) = targets.first else {
            throw Part("").error("one of ConnectTo, GossipSeeds and ClusterDns is needed")
        }
        guard targets.count == 1 else { throw targets[1].key.error("'\(targets[1].name)' contradicts '\(name)'") }
        let ports = ["GossipPort", "ExternalGossipPort"].compactMap { self.given.find(named: $0) }
        if let port = ports.first, name != "ClusterDns" || ports.count > 1 {
            throw port.key.error("'\(port.name)' goes with ClusterDns only, and only one port can be given")
        }
        switch name {
        case "ConnectTo": try self.connect(to: value, &configuration)
        case "GossipSeeds": try self.setSeeds(value, &configuration)
        default:
            var port = Endpoint.defaultGossipPort
            if let (name, _, value) = ports.first {
                guard let number = Format.port.read(value.text) else {
                    throw value.error("\(name) must be \(Format.port.meaning)")
                }
                port = number
            }
            guard !value.contains(":") && !value.contains(",") else {
                throw value.error("\(key.text) must be one name without a port")
            }
            configuration.target = .cluster(gossip: try Authority.endpoints(value, defaultPort: port))
        }
    }

    private func connect(to uri: Part, _ configuration: inout Client.Configuration) throws(PhotonPumpError) {
        let isNode = uri.drop(prefix: "tcp://")
        guard let rest = isNode ?? uri.drop(prefix: "discover://") else {
            throw uri.error("ConnectTo must begin with tcp:// or discover://")
        }
        let port = isNode == nil ? Endpoint.defaultGossipPort : Endpoint.defaultPort
        let authority = try Authority(rest, defaultPort: port)
        guard let first = authority.endpoints.first, authority.endpoints.count == 1 else {
            throw rest.error("ConnectTo takes one host: use GossipSeeds for several")
        }
        configuration.target = isNode == nil ? .cluster(gossip: [first]) : .node(first)
        configuration.credentials = authority.credentials ?? configuration.credentials
    }

    private func setSeeds(_ list: Part, _ configuration: inout Client.Configuration) throws(PhotonPumpError) {
        var endpoints: [Endpoint] = []
        for (number, seed) in list.split(at: ",").map({ $0.trimmed() }).enumerated() {
            let (isSecure, rest): (Bool?, Part) =
                if let rest = seed.drop(prefix: "https://") {
                    (true, rest)
                } else if let rest = seed.drop(prefix: "http://") {
                    (false, rest)
                } else {
                    (nil, seed)
                }
            if number > 0, isSecure != configuration.discovery.gossipOverTLS {
                throw seed.error("all seeds must begin alike: with http://, with https://, or with neither")
            }
            configuration.discovery.gossipOverTLS = isSecure
            endpoints += try Authority.endpoints(rest, defaultPort: Endpoint.defaultGossipPort)
        }
        configuration.target = .cluster(gossip: endpoints)
    }
}

// MARK: How to ask for gossip

extension DotNetConnectionString {
    /// Servers of the 5.x line answer without TLS, even if their TCP port uses it.
    private func setGossip(_ configuration: inout Client.Configuration) throws(PhotonPumpError) {
        guard let (name, key, value) = self.given.find(named: Self.compatibilityMode) else { return }
        switch value.text.lowercased() {
        case "", "disabled", "auto": break
        case "5":
            guard configuration.discovery.gossipOverTLS != true else {
                throw key.error("'\(name)' 5 contradicts https:// in GossipSeeds")
            }
            configuration.discovery.gossipOverTLS = false
        default: throw value.error("\(name) must be disabled, auto or 5")
        }
    }

    /// The .NET client can leave gossip alone unverified; here, either both connections are verified or neither is.
    private func checkVerification(_ draft: ConnectionDraft) throws(PhotonPumpError) {
        var skipping: Part?
        if let (name, key, value) = self.given.find(named: "SkipCertificateValidation") {
            guard let skips = Format.flag.read(value.text) else { throw value.error("\(name) must be true or false") }
            if skips { skipping = key }
        }
        if let (name, key, value) = self.given.find(named: "CustomHttpMessageHandler") {
            guard value.text.lowercased() == "skipcertificatevalidation" else {
                throw value.error("\(name) must be SkipCertificateValidation")
            }
            skipping = key
        }
        if let skipping, draft.usesTLS != true || draft.verifiesCertificates {
            throw skipping.error(
                "to skip the validation of certificates, UseSslConnection=true and ValidateServer=false are needed"
            )
        }
    }
}
