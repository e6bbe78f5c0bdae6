// The only file that knows on which system it runs: every other one calls these plain names. The names that all
// systems share come with PhotonPumpSystem, which re-exports the C library of each.

internal import PhotonPumpSystem

enum Platform {
    #if canImport(Glibc)
        static let streamSocket = CInt(SOCK_STREAM.rawValue)
        /// How a new socket is made: not inherited by a program that is started at that very moment.
        static let newSocket = Platform.streamSocket | CInt(SOCK_CLOEXEC.rawValue)
    #else
        static let streamSocket = SOCK_STREAM
        static let newSocket = SOCK_STREAM
    #endif

    static let tcp = CInt(IPPROTO_TCP)

    #if canImport(Darwin)
        static let keepAliveIdle = TCP_KEEPALIVE
        static var currentThread: UInt { UInt(bitPattern: pthread_self()) }
    #else
        static let keepAliveIdle = TCP_KEEPIDLE
        static var currentThread: UInt { pthread_self() }
    #endif

    #if canImport(Darwin)
        static let canListenOnReservedPort = false
    #else
        /// Whether one socket may listen on a port that another one is bound to.
        static let canListenOnReservedPort = true
    #endif

    #if canImport(Darwin)
        /// A socket option keeps writes to a connection the peer has closed from raising a signal.
        static let sendFlags: CInt = 0
    #else
        /// Writes to a connection the peer has closed report EPIPE instead of raising a signal.
        static let sendFlags = CInt(MSG_NOSIGNAL)
    #endif

    /// Makes a new socket non-blocking, private to this process and silent about broken pipes.
    static func prepare(_ descriptor: CInt) {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        #if canImport(Darwin)
            var on: CInt = 1
            setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<CInt>.size))
        #endif
    }

    /// What tells which of many descriptors are ready.
    static func readinessSet() throws(SocketError) -> any ReadinessSet {
        #if canImport(Darwin)
            try PollList()
        #else
            try Epoll()
        #endif
    }

    /// How many bytes of a connection the peer has not acknowledged; 0 when the system does not tell.
    static func unsentCount(_ descriptor: CInt) -> Int {
        var count: CInt = 0
        #if canImport(Darwin)
            var length = socklen_t(MemoryLayout<CInt>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &count, &length)
        #else
            _ = ioctl(descriptor, UInt(TIOCOUTQ), &count)
        #endif
        return Int(count)
    }

    /// The errno of the system call just made.
    static var errorNumber: CInt { errno }

    static func describe(_ errorNumber: CInt) -> String {
        String(cString: strerror(errorNumber))
    }

    static func describe(resolverError: CInt) -> String {
        String(cString: gai_strerror(resolverError))
    }
}
