internal import PhotonPumpTransport
package import PhotonPumpWire

/// One end of a connection, doing what a test tells it to.
package actor ScriptedPeer {
    private nonisolated let executor: QueueExecutor
    private var transport: (any Transport)?
    private var socket: (any Transport)?
    private var connector: SocketConnector?
    private var decoder = FrameDecoder()
    private var packages: [Package] = []
    private let isFramed: Bool
    private var bytes: [UInt8] = []
    private var ended = false
    /// Whether a client that asks to be identified again is answered without being told to.
    private var hasAccepted = false
    /// Why reading ended, unless the other side closed the connection.
    package private(set) var failure: (any Error)?
    private var waiter: CheckedContinuation<Void, Never>?
    private var roomWaiter: CheckedContinuation<Void, Never>?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    private init(_ layers: Layers) {
        self.executor = QueueExecutor(label: "scripted.peer")
        self.isFramed = layers.isFramed
    }

    init(_ socket: sending any Transport, _ layers: Layers, executor: QueueExecutor) {
        self.executor = executor
        self.isFramed = layers.isFramed
        self.socket = socket
        // It can only fail for want of memory, and then there is no connection.
        self.transport = try? layers.put(on: socket, host: nil, executor: executor)
        self.transport?.activate { [weak self] event in self?.assumeIsolated { $0.ready(event) } }
    }

    /// Connects to a server, or throws `SocketError`.
    package static func connect(host: String, port: Int, _ layers: Layers = .plain) async throws -> ScriptedPeer {
        let peer = ScriptedPeer(layers)
        try await peer.connect(host: host, port: port, layers)
        return peer
    }

    private func connect(host: String, port: Int, _ layers: Layers) async throws {
        let addresses = try await withCheckedThrowingContinuation { found in
            AddressResolver.resolve(host: host, port: port, on: self.executor.queue) { found.resume(with: $0) }
        }
        await withCheckedContinuation { settled in
            let connector = SocketConnector(addresses, executor: self.executor) { settled.resume() }
            self.connector = connector
            connector.start()
        }
        guard let socket = try self.connector?.takeSocket() else { return }
        let transport = try layers.put(on: socket, host: host, executor: self.executor)
        (self.socket, self.transport) = (socket, transport)
        transport.activate { [weak self] event in self?.assumeIsolated { $0.ready(event) } }
    }

    /// The next package that comes; nil when the other side has closed the connection.
    package func next() async throws -> Package? {
        while self.packages.isEmpty {
            if self.ended { return nil }
            await withCheckedContinuation { self.waiter = $0 }
        }
        return self.packages.removeFirst()
    }

    /// The next bytes that come, for ``Layers/unframed``; nil when the other side has closed the connection.
    package func nextBytes() async throws -> [UInt8]? {
        while self.bytes.isEmpty {
            if self.ended { return nil }
            await withCheckedContinuation { self.waiter = $0 }
        }
        defer { self.bytes = [] }
        return self.bytes
    }

    /// The next package with this command; others before it are passed over.
    package func next(_ command: Command) async throws -> Package {
        while let package = try await self.next() {
            if package.command == command { return package }
        }
        throw CancellationError()
    }

    package func send(_ package: Package) async throws {
        try await self.send(package.framed)
    }

    /// Sends bytes as they are.
    package func send(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = try rest.withUnsafeBytes { try self.transport?.write($0) ?? 0 }
            rest = rest.dropFirst(written)
            if written == 0 { await withCheckedContinuation { self.roomWaiter = $0 } }
        }
    }

    /// Answers the handshake of a client, with or without credentials. However late that is, and however often the
    /// client has asked meanwhile, it has its answer.
    ///
    /// - Parameter first: what has come already.
    package func acceptHandshake(after first: Package? = nil) async throws {
        var package = first
        while true {
            guard let question = if let package { package } else { try await self.next() } else {
                throw CancellationError()
            }
            package = nil
            switch question.command {
            case .authenticate: try await self.send(Package(.authenticated, question.correlation))
            case .identifyClient:
                self.hasAccepted = true
                try await self.send(Package(.clientIdentified, question.correlation))
                return self.identifyAgain()
            default: continue
            }
        }
    }

    private func identifyAgain() {
        guard self.hasAccepted else { return }
        for package in self.packages where package.command == .identifyClient {
            let bytes = Package(.clientIdentified, package.correlation).framed
            // A connection that takes nothing is about to end.
            _ = try? bytes.withUnsafeBytes { try self.transport?.write($0) ?? 0 }
        }
        self.packages.removeAll { $0.command == .identifyClient }
    }

    package func pauseReading() { self.transport?.pauseReading() }
    package func resumeReading() { self.transport?.resumeReading() }

    package func close() {
        self.transport?.close()
        // Who waits to send learns that it is over.
        self.hasRoom()
    }

    /// Breaks the connection off.
    package func reset() {
        self.transport?.reset()
        self.hasRoom()
    }

    /// Closes the socket under TLS, which gets no last word.
    package func cut() { self.socket?.close() }

    private func ready(_ event: TransportEvent) {
        switch event {
        case .readable: self.read()
        case .writable: self.hasRoom()
        }
    }

    private func hasRoom() {
        self.roomWaiter?.resume()
        self.roomWaiter = nil
    }

    private func read() {
        var outcome = ReadOutcome.endOfStream
        do {
            guard self.isFramed else {
                outcome = try self.readBytes()
                return self.hasRead(outcome)
            }
            try self.decoder.fill { room in
                outcome = try self.transport?.read(into: room) ?? .endOfStream
                if case .bytes(let count) = outcome { return count }
                return 0
            }
            while let package = try self.decoder.next() { self.packages.append(package) }
            self.identifyAgain()
        } catch {
            self.failure = error
            outcome = .endOfStream
        }
        self.hasRead(outcome)
    }

    private func readBytes() throws -> ReadOutcome {
        try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { room in
            let outcome = try self.transport?.read(into: room) ?? .endOfStream
            if case .bytes(let count) = outcome { self.bytes += room.prefix(count) }
            return outcome
        }
    }

    private func hasRead(_ outcome: ReadOutcome) {
        if outcome == .endOfStream {
            self.ended = true
            self.close()
        }
        self.waiter?.resume()
        self.waiter = nil
    }
}

extension Package {
    /// As it is sent.
    package var framed: [UInt8] {
        let buffer = OutboundBuffer()
        buffer.append(self)
        var bytes: [UInt8] = []
        buffer.drain { waiting in
            bytes += waiting
            return waiting.count
        }
        return bytes
    }
}
