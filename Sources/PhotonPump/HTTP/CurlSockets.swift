internal import PhotonPumpSystem
internal import Synchronization

/// The sockets of a transfer, so that it can be ended from another thread: while a server keeps sending, OpenSSL can go on
/// with a handshake without ever returning to libcurl, which then looks neither at its time limit nor at its callbacks.
final class CurlSockets: Sendable {
    private struct State {
        /// Descriptors of our own for the same sockets: libcurl closes its own when it likes, and their numbers may
        /// then mean something else.
        var descriptors: [CInt] = []
        var isAbandoned = false
    }

    private let state = Mutex(State())

    deinit {
        self.release()
    }

    /// Whether the transfer was ended from here.
    var isAbandoned: Bool { self.state.withLock { $0.isAbandoned } }

    /// - Returns: false if the socket must not be used.
    func add(_ descriptor: CInt) -> Bool {
        self.state.withLock { state in
            let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            guard own >= 0 else { return false }
            state.descriptors.append(own)
            return !state.isAbandoned
        }
    }

    /// The transfer is over: its connections end with those of libcurl, however long its time limit is.
    func release() {
        self.state.withLock { state in
            for descriptor in state.descriptors { close(descriptor) }
            state.descriptors = []
        }
    }

    /// Ends the connections, and with them the transfer.
    func abandon() {
        self.state.withLock { state in
            state.isAbandoned = true
            for descriptor in state.descriptors { shutdown(descriptor, CInt(SHUT_RDWR)) }
        }
    }
}
