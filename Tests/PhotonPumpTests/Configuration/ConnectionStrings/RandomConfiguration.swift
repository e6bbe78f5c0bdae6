@testable import PhotonPump

extension Client.Configuration {
    /// Valid settings, each with its default about half of the time.
    static func random(using generator: inout some RandomNumberGenerator) -> Client.Configuration {
        var configuration = Client.Configuration(.random(using: &generator))
        func change<Value>(_ path: WritableKeyPath<Client.Configuration, Value>, to value: Value) {
            if Bool.random(using: &generator) { configuration[keyPath: path] = value }
        }
        func duration() -> Duration { .milliseconds(Int64.random(in: 1...31_536_000_000, using: &generator)) }
        func limit(from least: Int) -> Int? {
            Bool.random(using: &generator) ? nil : Int.random(in: least...100_000, using: &generator)
        }
        change(\.credentials, to: Credentials(username: text(&generator), password: text(&generator)))
        change(\.tls, to: .random(using: &generator))
        change(\.connectionName, to: text(&generator))
        change(\.nodePreference, to: NodePreference.allCases.randomElement(using: &generator) ?? .master)
        change(\.requireMaster, to: Bool.random(using: &generator))
        change(\.pageSize, to: Int.random(in: 1...100_000, using: &generator))
        change(\.resolveLinks, to: true)
        change(\.discovery.maximumAttempts, to: limit(from: 1))
        change(\.discovery.interval, to: duration())
        change(\.discovery.gossipTimeout, to: duration())
        change(\.discovery.backgroundInterval, to: duration())
        change(\.discovery.gossipOverTLS, to: Bool.random(using: &generator))
        change(\.discovery.hostHeader, to: ["es.example", "es:80", "[::1]:80"].randomElement(using: &generator))
        change(\.connectTimeout, to: duration())
        change(\.reconnection.maximumAttempts, to: limit(from: 0))
        change(\.reconnection.firstDelay, to: .milliseconds(Int.random(in: 1...5000, using: &generator)))
        change(\.reconnection.maximumDelay, to: .seconds(Int.random(in: 5...500, using: &generator)))
        change(\.heartbeat.interval, to: duration())
        change(\.heartbeat.timeout, to: duration())
        change(\.socket.keepAlive, to: .seconds(Int.random(in: 1...32_767, using: &generator)))
        if configuration.socket.keepAlive != nil {
            change(\.socket.keepAliveInterval, to: .milliseconds(Int.random(in: 1000...9000, using: &generator)))
            change(\.socket.keepAliveCount, to: Int.random(in: 1...127, using: &generator))
        }
        change(\.socket.sendBufferSize, to: Int.random(in: 1...1_000_000, using: &generator))
        change(\.socket.receiveBufferSize, to: Int.random(in: 1...1_000_000, using: &generator))
        change(\.socket.localAddress, to: ["127.0.0.1", "::1"].randomElement(using: &generator))
        change(\.operationTimeout, to: duration())
        change(\.queueTimeout, to: duration())
        change(\.retries.maximum, to: limit(from: 0))
        change(\.retries.afterNoAnswer, to: false)
        change(\.retries.doubtfulWrites, to: .repeat)
        change(\.retries.searchLimit, to: Int.random(in: 1...100_000, using: &generator))
        change(\.maximumInFlight, to: Int.random(in: 1...100_000, using: &generator))
        change(\.maximumWaiting, to: Int.random(in: 1...100_000, using: &generator))
        change(\.tracing, to: TracingMode.allCases.randomElement(using: &generator) ?? .off)
        change(\.maximumFrameSize, to: Int.random(in: 70_000...1_000_000, using: &generator))
        return configuration
    }
}

extension Client.Configuration.Target {
    fileprivate static func random(using generator: inout some RandomNumberGenerator) -> Self {
        let hosts = ["localhost", "10.0.0.1", "::1", "fe80::1%eth0", "es-1.example", "über.example"]
        let endpoints = (0...Int.random(in: 0...3, using: &generator)).map { _ in
            Endpoint(
                host: hosts.randomElement(using: &generator) ?? "h",
                port: .random(in: 1...65535, using: &generator)
            )
        }
        if Int.random(in: 0..<5, using: &generator) == 0 { return .service("_eventstore._tcp.es.example") }
        return Bool.random(using: &generator) ? .node(endpoints[0]) : .cluster(gossip: endpoints)
    }
}

extension TLSSettings {
    fileprivate static func random(using generator: inout some RandomNumberGenerator) -> Self {
        var tls = TLSSettings()
        tls.trust =
            [.systemRoots, .authorities(.file(text(&generator))), .insecureWithoutVerification]
            .randomElement(using: &generator) ?? .systemRoots
        if Bool.random(using: &generator) {
            tls.expectedHostName = ["es.example", "10.0.0.1", "::1"].randomElement(using: &generator)
        }
        if Bool.random(using: &generator) {
            tls.expectedHostNames = ["10.0.0.1": "es-1.example", "[::1]:1113": "über.example", "h:1": "10.0.0.2"]
        }
        tls.allowsCredentialsInClear = Bool.random(using: &generator)
        if Bool.random(using: &generator) {
            tls.clientCertificate = .init(certificate: .file(text(&generator)), key: .file(text(&generator)))
        }
        return tls
    }
}

/// Not empty, and full of what means something in connection strings.
private func text(_ generator: inout some RandomNumberGenerator) -> String {
    let characters: [Character] = [
        "a", "Z", "0", "%", "&", "=", "?", "@", ":", "/", ";", "'", "\"", ",", " ", "+", "ü", "👨‍👩‍👧",
    ]
    return String(
        (0...Int.random(in: 0...8, using: &generator)).map { _ in characters.randomElement(using: &generator) ?? "a" })
}
