/// Reads `tcp://[user:password@]host[:port][?setting=value&…]`.
///
/// Anything it does not know is an error that names the part and where it begins, counted from 0 in characters. No
/// error repeats text that may be somebody's name or password.
struct ConnectionString {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    func configuration() throws(PhotonPumpError) -> Client.Configuration {
        let scheme = "tcp://"
        guard self.text.lowercased().hasPrefix(scheme) else {
            throw self.error("the scheme is not tcp://", at: self.text.startIndex)
        }
        var rest = self.text.dropFirst(scheme.count)
        let query = self.cut(&rest, at: "?", fromEnd: false)
        if let query, query.contains("@") {
            throw self.error("a ? before the @, or an @ in a setting, must be percent-encoded", at: query.startIndex)
        }
        var configuration = Client.Configuration(endpoint: Endpoint(host: ""))
        if let at = rest.lastIndex(of: "@") {
            configuration.credentials = try self.credentials(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        configuration.target = .node(try self.endpoint(rest))
        try self.apply(query, to: &configuration)
        return configuration
    }

    private func credentials(_ part: Substring) throws(PhotonPumpError) -> Credentials {
        guard let colon = part.firstIndex(of: ":") else {
            throw self.error("the password is missing (user:password@)", at: part.startIndex)
        }
        return Credentials(
            username: try self.decoded(part[..<colon], "the user name"),
            password: try self.decoded(part[part.index(after: colon)...], "the password")
        )
    }

    private func endpoint(_ part: Substring) throws(PhotonPumpError) -> Endpoint {
        var host = part
        var port: Substring?
        if part.hasPrefix("[") {
            guard let bracket = part.firstIndex(of: "]") else {
                throw self.error("the bracket of the IPv6 address is not closed", at: part.startIndex)
            }
            host = part[part.index(after: part.startIndex)..<bracket]
            let tail = part[part.index(after: bracket)...]
            guard tail.isEmpty || tail.hasPrefix(":") else {
                throw self.error("there is more than a port behind the IPv6 address", at: tail.startIndex)
            }
            port = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            port = self.cut(&host, at: ":", fromEnd: true)
            guard !host.contains(":") else {
                throw self.error("an IPv6 address needs brackets", at: part.startIndex)
            }
        }
        guard !host.isEmpty else { throw self.error("the host is missing", at: part.startIndex) }
        if let wrong = host.firstIndex(where: { $0.isWhitespace || "/,;@#".contains($0) }) {
            throw self.error("'\(host[wrong])' cannot be part of a host", at: wrong)
        }
        guard let port else { return Endpoint(host: String(host)) }
        guard let number = UInt16(port), number > 0, port.allSatisfy(\.isNumber) else {
            throw self.error("the port is no number from 1 to 65535", at: port.startIndex)
        }
        return Endpoint(host: String(host), port: Int(number))
    }

    private func apply(_ query: Substring?, to configuration: inout Client.Configuration) throws(PhotonPumpError) {
        var seen: Set<String> = []
        for pair in query?.split(separator: "&", omittingEmptySubsequences: false) ?? [] {
            guard let equals = pair.firstIndex(of: "=") else {
                throw self.error("this is no setting=value", at: pair.startIndex)
            }
            let key = pair[..<equals]
            let value = pair[pair.index(after: equals)...]
            guard seen.insert(key.lowercased()).inserted else {
                throw self.error("'\(key)' is given twice", at: key.startIndex)
            }
            switch key.lowercased() {
            case "connectionname": configuration.connectionName = try self.decoded(value, "connectionName")
            case "connecttimeout": configuration.connectTimeout = try self.duration(value, key)
            case "operationtimeout": configuration.operationTimeout = try self.duration(value, key)
            case "heartbeatinterval": configuration.heartbeat.interval = try self.duration(value, key)
            case "heartbeattimeout": configuration.heartbeat.timeout = try self.duration(value, key)
            default: throw self.error("'\(key)' is no setting", at: key.startIndex)
            }
        }
    }

    /// A whole number with the unit `ms`, `s` or `m`.
    private func duration(_ value: Substring, _ key: Substring) throws(PhotonPumpError) -> Duration {
        let digits = value.prefix { ("0"..."9").contains($0) }
        if let number = Int32(digits), number > 0 {
            switch value[digits.endIndex...] {
            case "ms": return .milliseconds(number)
            case "s": return .seconds(number)
            case "m": return .seconds(Int64(number) * 60)
            default: break
            }
        }
        throw self.error("\(key) is no duration (a whole number above zero with ms, s or m)", at: value.startIndex)
    }

    /// Cuts off what follows `separator`, and the separator.
    private func cut(_ part: inout Substring, at separator: Character, fromEnd: Bool) -> Substring? {
        guard let index = fromEnd ? part.lastIndex(of: separator) : part.firstIndex(of: separator) else { return nil }
        defer { part = part[..<index] }
        return part[part.index(after: index)...]
    }

    private func decoded(_ part: Substring, _ name: String) throws(PhotonPumpError) -> String {
        guard !part.isEmpty else { throw self.error("\(name) is empty", at: part.startIndex) }
        var bytes: [UInt8] = []
        var rest = part
        while let character = rest.popFirst() {
            guard character == "%" else {
                bytes.append(contentsOf: String(character).utf8)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy(\.isHexDigit), let byte = UInt8(digits, radix: 16) else {
                throw self.error("\(name) has a % without two hexadecimal digits", at: part.startIndex)
            }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw self.error("\(name) is not UTF-8 when its % are decoded", at: part.startIndex)
        }
        return text
    }

    private func error(_ problem: String, at index: String.Index) -> PhotonPumpError {
        let position = self.text.distance(from: self.text.startIndex, to: index)
        return PhotonPumpError(.invalidConfiguration, "connection string, at character \(position): \(problem)")
    }
}

extension Client.Configuration {
    /// Settings from `tcp://[user:password@]host[:port][?setting=value&…]`.
    ///
    /// The user's name and password may be percent-encoded. Settings are `connectionName`, `connectTimeout`,
    /// `operationTimeout`, `heartbeatInterval` and `heartbeatTimeout`, their names case-insensitive; durations are whole numbers with
    /// `ms`, `s` or `m`, such as `750ms`.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the part that is wrong and where it is.
    public init(_ connectionString: String) throws {
        self = try ConnectionString(connectionString).configuration()
    }
}
