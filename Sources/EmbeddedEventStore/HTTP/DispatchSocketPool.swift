internal import Dispatch
internal import FlyingSocks
internal import Foundation
internal import PhotonPumpTransport

/// Waits for HTTP sockets to become ready. FlyingFox's own pools keep a thread each, and leak a descriptor whenever
/// their server stops.
actor DispatchSocketPool: AsyncSocketPool {
    private nonisolated let executor = QueueExecutor(label: "embedded-eventstore.http")
    private var sources: [Int: any DispatchSourceProtocol] = [:]
    private var sourcesMade = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    func prepare() async throws {}

    /// There is nothing to run; it ends when its task is cancelled, as it must.
    func run() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        continuation.finish()
        throw CancellationError()
    }

    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
        // A program started in the meantime would keep the port in use.
        _ = fcntl(socket.file.rawValue, F_SETFD, FD_CLOEXEC)
        // The socket may be closed in the meantime, because stopping a server does that first; so we watch a descriptor
        // of our own.
        let descriptor = fcntl(socket.file.rawValue, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { throw SocketError.disconnected }
        self.sourcesMade += 1
        let id = self.sourcesMade
        await withTaskCancellationHandler {
            await withCheckedContinuation { finished in
                self.watch(descriptor, events, as: id) {
                    close(descriptor)
                    finished.resume()
                }
                if Task.isCancelled { self.finish(id) }
            }
        } onCancel: {
            Task { await self.finish(id) }
        }
        try Task.checkCancellation()
    }

    private func watch(_ descriptor: CInt, _ events: Socket.Events, as id: Int, _ finished: @escaping () -> Void) {
        let queue = self.executor.queue
        let source: any DispatchSourceProtocol =
            events.contains(.write)
            ? DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
            : DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [weak self] in
            self?.assumeIsolated { $0.finish(id) }
        }
        source.setCancelHandler(handler: finished)
        self.sources[id] = source
        source.activate()
    }

    private func finish(_ id: Int) {
        self.sources.removeValue(forKey: id)?.cancel()
    }
}
