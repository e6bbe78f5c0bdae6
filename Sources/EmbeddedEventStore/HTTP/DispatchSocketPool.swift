internal import Dispatch
internal import FlyingSocks
internal import Foundation
internal import PhotonPumpTransport

/// Waits for HTTP sockets to become ready. FlyingFox's own pools keep a thread each, and leave a descriptor behind
/// whenever their server stops.
actor DispatchSocketPool: AsyncSocketPool {
    private nonisolated let executor = QueueExecutor(label: "embedded-eventstore.http")
    private var sources: [Int: any DispatchSourceProtocol] = [:]
    private var sourcesMade = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    func prepare() async throws {}

    /// There is nothing to run; it ends with the task's cancellation, as it must.
    func run() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        continuation.finish()
        throw CancellationError()
    }

    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
        // A program started meanwhile would keep the port taken.
        _ = fcntl(socket.file.rawValue, F_SETFD, FD_CLOEXEC)
        // The socket may be closed meanwhile, because who stops a server does that first; so a descriptor of our own
        // is watched.
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
