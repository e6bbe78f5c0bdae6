import PhotonPumpTransport
import PhotonPumpWire

/// A client that looks at bytes instead of frames, and at how its connection ends.
actor RawClient {
    private nonisolated let executor = QueueExecutor(label: "raw.client")
    private var transport: SocketTransport?
    private var connector: SocketConnector?
    private var bytes: [UInt8] = []
    private var outcome: Result<Void, any Error>?
    private var waiter: CheckedContinuation<Void, Never>?

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    static func frame(_ package: Package) -> [UInt8] {
        let buffer = OutboundBuffer()
        buffer.append(package)
        var frame: [UInt8] = []
        buffer.drain { bytes in
            frame += bytes
            return bytes.count
        }
        return frame
    }

    static func connect(port: Int) async throws -> RawClient {
        let client = RawClient()
        try await client.connect(port: port)
        return client
    }

    private func connect(port: Int) async throws {
        let addresses = try await withCheckedThrowingContinuation { found in
            AddressResolver.resolve(host: "127.0.0.1", port: port, on: self.executor.queue) { found.resume(with: $0) }
        }
        await withCheckedContinuation { settled in
            let connector = SocketConnector(addresses, executor: self.executor) { settled.resume() }
            self.connector = connector
            connector.start()
        }
        self.transport = try self.connector?.takeSocket()
        self.transport?.activate { [weak self] _ in self?.assumeIsolated { $0.read() } }
    }

    /// Sends a package and returns what comes until the connection ends, and why it does if it breaks.
    func exchange(_ package: Package) async throws -> (bytes: [UInt8], error: (any Error)?) {
        _ = try Self.frame(package).withUnsafeBytes { try self.transport?.write($0) }
        return await self.end()
    }

    func end() async -> (bytes: [UInt8], error: (any Error)?) {
        if self.outcome == nil { await withCheckedContinuation { self.waiter = $0 } }
        guard case .failure(let error) = self.outcome else { return (self.bytes, nil) }
        return (self.bytes, error)
    }

    private func read() {
        var room = [UInt8](repeating: 0, count: 4096)
        do {
            switch try room.withUnsafeMutableBytes({ try self.transport?.read(into: $0) }) {
            case .bytes(let count): self.bytes += room.prefix(count)
            case .endOfStream, nil: self.finish(.success(()))
            case .wouldBlock: break
            }
        } catch {
            self.finish(.failure(error))
        }
    }

    private func finish(_ outcome: Result<Void, any Error>) {
        self.outcome = outcome
        self.transport?.close()
        self.waiter?.resume()
        self.waiter = nil
    }
}
