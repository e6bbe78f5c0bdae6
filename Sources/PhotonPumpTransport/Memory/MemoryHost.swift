internal import PhotonPumpSystem
internal import Synchronization

/// A machine within this process: the ports on which servers listen for connections and for requests over HTTP. All names
/// lead to it.
package final class MemoryHost: Sendable {
    enum Occupant: Sendable {
        case connections(MemoryBacklog)
        /// Until they are served, their connections end.
        case requests(MemoryHTTP.Service?)
    }

    fileprivate struct State {
        var ports: [Int: Occupant] = [:]
        var lastPort = 49_151
        var connectionsMade = 0
    }

    private let state = Mutex(State())
    private let latency: (@Sendable () -> Duration)?

    /// - Parameter latency: how long what is sent takes to arrive, in a simulation; nil for not at all.
    package init(latency: (@Sendable () -> Duration)? = nil) {
        self.latency = latency
    }

    /// Runs `work` on the executor when what is sent now has arrived there.
    package func carry(to executor: QueueExecutor, _ work: @escaping @Sendable () -> Void) {
        guard let latency, let loop = executor.loop else { return executor.run(here: false, work) }
        loop.at(loop.now + latency(), .work(executor, work))
    }

    // MARK: Ports

    /// A port that was not given to anyone before, as long as there are some.
    package func freePort() -> Int { self.state.withLock { $0.freePort() } }

    /// - Parameter port: 0 for any that is free.
    /// - Returns: the port.
    func occupy(_ port: Int, _ occupant: Occupant) throws(SocketError) -> Int {
        let taken: Int? = self.state.withLock { state in
            let port = port == 0 ? state.freePort() : port
            guard state.ports[port] == nil else { return nil }
            state.ports[port] = occupant
            return port
        }
        guard let taken else { throw SocketError("bind", number: EADDRINUSE, address: "127.0.0.1:\(port)") }
        return taken
    }

    package func vacate(_ port: Int) {
        self.state.withLock { $0.ports[port] = nil }
    }

    private func occupant(of port: Int) -> Occupant? { self.state.withLock { $0.ports[port] } }

    // MARK: Connections

    package func listener(on port: Int, _ executor: QueueExecutor) throws(SocketError) -> any Listening {
        try MemoryListener(on: port, of: self, executor)
    }

    func addresses(port: Int) -> [SocketAddress] { [SocketAddress(loopback: port)] }

    /// Connects to what listens on this port.
    func connect(to address: SocketAddress) throws(SocketError) -> MemoryEnds {
        let ends = MemoryEnds()
        let number = self.state.withLock { state in
            state.connectionsMade += 1
            return state.connectionsMade
        }
        guard case .connections(let backlog) = self.occupant(of: address.port),
            backlog.add(ends.reversed, peer: "memory:\(number)")
        else { throw SocketError("connect", number: ECONNREFUSED, address: address.description) }
        return ends
    }

    // MARK: HTTP

    /// Takes this port, or a free one for 0, for requests.
    ///
    /// - Returns: the port.
    package func serve(on port: Int) throws(SocketError) -> Int { try self.occupy(port, .requests(nil)) }

    /// Begins to answer requests on a port taken for them.
    package func setService(on port: Int, _ service: @escaping MemoryHTTP.Service) {
        self.state.withLock { $0.ports[port] = .requests(service) }
    }

    /// Makes a request. `answered` is called once, on whatever thread, with nil if the server ends the connection instead.
    ///
    /// - Throws: if there is no such server.
    package func request(
        _ request: MemoryHTTP.Request, port: Int, _ answered: @escaping @Sendable (MemoryHTTP.Answer?) -> Void
    ) throws(SocketError) {
        guard case .requests(let service) = self.occupant(of: port) else {
            throw SocketError("connect", number: ECONNREFUSED, address: "127.0.0.1:\(port)")
        }
        if let service { service(request, answered) } else { answered(nil) }
    }
}

extension MemoryHost.State {
    fileprivate mutating func freePort() -> Int {
        repeat {
            self.lastPort = self.lastPort == 65_535 ? 1_024 : self.lastPort + 1
        } while self.ports[self.lastPort] != nil && self.ports.count < 64_000
        return self.lastPort
    }
}

/// HTTP as calls: what of it the server's pages use.
package enum MemoryHTTP {
    /// Answers a request, or ends its connection, once.
    package typealias Service = @Sendable (Request, _ answered: @escaping @Sendable (Answer?) -> Void) -> Void

    package struct Request: Sendable {
        package let method: String
        /// From `/` on, including the query.
        package let path: String
        package let headers: [String: String]
        package let body: [UInt8]

        package init(method: String, path: String, headers: [String: String], body: [UInt8] = []) {
            self.method = method
            self.path = path
            self.headers = headers
            self.body = body
        }
    }

    package struct Answer: Sendable {
        package let status: Int
        package let headers: [String: String]
        package let body: [UInt8]

        package init(status: Int, headers: [String: String] = [:], body: [UInt8]) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }
}
