/// `[user:password@]host[:port][,host[:port]…]`.
struct Authority {
    let credentials: Credentials?
    let endpoints: [Endpoint]

    init(_ part: Part, defaultPort: Int) throws(PhotonPumpError) {
        var hosts = part
        if let (login, rest) = part.cut(at: "@", last: true) {
            self.credentials = try Self.credentials(login)
            hosts = rest
        } else {
            self.credentials = nil
        }
        if hosts.cut(at: "/", last: true)?.after.isEmpty == true { hosts = hosts.dropLast() }
        self.endpoints = try Self.endpoints(hosts, defaultPort: defaultPort)
    }

    /// `host[:port][,host[:port]…]`.
    static func endpoints(_ part: Part, defaultPort: Int) throws(PhotonPumpError) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for host in part.split(at: ",") {
            endpoints.append(try self.endpoint(host, defaultPort: defaultPort))
        }
        return endpoints
    }

    /// `user:password`, not encoded.
    static func plainCredentials(_ part: Part) throws(PhotonPumpError) -> Credentials {
        guard let (user, password) = part.cut(at: ":"), !user.isEmpty, !password.isEmpty else {
            throw part.error("the credentials must be user:password")
        }
        return Credentials(username: user.text, password: password.text)
    }

    private static func credentials(_ part: Part) throws(PhotonPumpError) -> Credentials {
        guard let (user, password) = part.cut(at: ":") else {
            throw part.error("the password is missing (user:password@)")
        }
        return Credentials(
            username: try user.decoded("the user name"),
            password: try password.decoded("the password")
        )
    }

    private static func endpoint(_ part: Part, defaultPort: Int) throws(PhotonPumpError) -> Endpoint {
        var host = part
        var port: Part?
        if part.first == "[" {
            guard let (address, rest) = part.dropFirst().cut(at: "]") else {
                throw part.error("the bracket of the IPv6 address is not closed")
            }
            guard rest.isEmpty || rest.first == ":" else {
                throw rest.error("only a port can follow the IPv6 address")
            }
            host = address
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let (name, number) = part.cut(at: ":", last: true) {
            guard !name.contains(":") else { throw part.error("an IPv6 address needs brackets") }
            host = name
            port = number
        }
        guard !host.isEmpty else { throw host.error("the host is missing") }
        if let wrong = host.from({ !Endpoint.isHostCharacter($0) }), let character = wrong.first {
            throw wrong.error("'\(character)' cannot be part of a host")
        }
        guard let port else { return Endpoint(host: host.text, port: defaultPort) }
        guard let number = Format.port.read(port.text) else {
            throw port.error("the port must be \(Format.port.meaning)")
        }
        return Endpoint(host: host.text, port: number)
    }
}
