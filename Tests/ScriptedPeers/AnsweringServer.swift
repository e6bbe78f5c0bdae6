internal import PhotonPumpTransport
internal import Synchronization

/// An HTTP server that gives every request the same answer, ends the connection, and keeps what it was sent.
package final class AnsweringServer {
    private final class Ledger: Sendable {
        let received = Mutex<[UInt8]>([])
        let connections = Mutex<[Connection]>([])
    }

    private let executor = QueueExecutor(label: "answering.server")
    private let listener: SocketListener
    private let ledger = Ledger()

    /// Listens on a free port; who connects waits until ``start(status:head:answer:)``.
    package init(host: String = "127.0.0.1") throws {
        self.listener = try SocketListener(host: host, port: 0, executor: self.executor)
    }

    package var port: Int { self.listener.address.port }

    /// All that came on any connection, in order, as text.
    package var heard: String { String(decoding: self.ledger.received.withLock { $0 }, as: UTF8.self) }

    /// - Parameters:
    ///   - head: further lines of the answer's head.
    ///   - answer: the rest of it.
    package func start(status: String = "200 OK", head: [String] = [], answer: String) {
        let lines = ["HTTP/1.1 \(status)", "Connection: close", "Content-Length: \(answer.utf8.count)"] + head
        self.start(saying: (lines + ["", answer]).joined(separator: "\r\n"))
    }

    /// Says this to everyone, as it is, and then something else again and again, if that is not empty.
    package func start(saying answer: String, thenForever rest: String = "", every pause: Duration? = nil) {
        let speech = Speech(beginning: Array(answer.utf8), rest: Array(rest.utf8), pause: pause)
        let (ledger, executor) = (self.ledger, self.executor)
        self.listener.activate { socket in
            let connection = Connection(socket, executor, speech) { part in ledger.received.withLock { $0 += part } }
            ledger.connections.withLock { $0.append(connection) }
        }
    }

    /// Stops listening, and closes all connections.
    package func stop() async {
        await withCheckedContinuation { stopped in self.listener.close { stopped.resume() } }
        // Each of them holds on to the ledger.
        let connections = self.ledger.connections.withLock { connections in
            defer { connections = [] }
            return connections
        }
        for connection in connections { await connection.close() }
    }

    private struct Speech: Sendable {
        let beginning: [UInt8]
        let rest: [UInt8]
        let pause: Duration?
    }

    private actor Connection {
        private nonisolated let executor: QueueExecutor
        private var transport: (any Transport)?
        private let speech: Speech
        private let keep: @Sendable (ArraySlice<UInt8>) -> Void
        private var request: [UInt8] = []
        private var unsent: ArraySlice<UInt8>
        /// Waits before the rest is said again.
        private var timer: QueueTimer?

        nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

        init(
            _ socket: sending any Transport, _ executor: QueueExecutor, _ speech: Speech,
            keep: @escaping @Sendable (ArraySlice<UInt8>) -> Void
        ) {
            (self.executor, self.speech, self.keep) = (executor, speech, keep)
            self.unsent = speech.beginning[...]
            self.transport = socket
            socket.activate { [weak self] event in
                self?.assumeIsolated { if event == .readable { $0.read() } else { $0.write() } }
            }
        }

        private func read() {
            var room = [UInt8](repeating: 0, count: 16 << 10)
            while let transport {
                switch try? room.withUnsafeMutableBytes({ try transport.read(into: $0) }) {
                case .bytes(let count)?:
                    self.keep(room.prefix(count))
                    self.request += room.prefix(count)
                    // Who speaks TLS is told nothing.
                    if self.request.first == 22 { return self.close() }
                    if self.request.suffix(4) == Array("\r\n\r\n".utf8)[...] { self.write() }
                case .wouldBlock?: return
                case .endOfStream?, nil: self.close()
                }
            }
        }

        /// Writes what is left, as far as it is taken; more follows when there is room, or when its time has come.
        private func write() {
            while let transport {
                if self.unsent.isEmpty {
                    if self.speech.rest.isEmpty { return self.close() }
                    self.unsent = self.speech.rest[...]
                    if let pause = self.speech.pause { return self.wait(for: pause) }
                }
                guard let count = try? self.unsent.withUnsafeBytes({ try transport.write($0) }) else {
                    return self.close()
                }
                if count == 0 { return }
                self.unsent.removeFirst(count)
            }
        }

        private func wait(for pause: Duration) {
            let timer = QueueTimer(on: self.executor.queue) { [weak self] in self?.assumeIsolated { $0.write() } }
            self.timer = timer
            timer.schedule(after: pause)
        }

        func close() {
            self.transport?.close()
            self.transport = nil
            self.timer = nil
        }
    }
}
