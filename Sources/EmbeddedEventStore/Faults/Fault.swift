internal import PhotonPumpTransport

extension EmbeddedServer {
    /// Something that goes wrong between a server and its clients because a test wants it to. Add it to
    /// ``EmbeddedServer/faults``.
    ///
    /// A fault strikes on each of its occasions (a request that it applies to, or a new connection), as many times as
    /// it says, or until it is lifted. If several faults apply to the same occasion, only the one that was added first
    /// strikes, and the occasion does not count for the others: faults that are added one after another strike one
    /// after another.
    ///
    /// A fault for requests applies to all of them except heartbeats, unless it names one, and counts those of all
    /// connections together. For events that the server pushes, there are ``dropConnectionAfterPush(times:)`` and
    /// ``EmbeddedServer/dropSubscriptions(_:)``.
    public struct Fault: Sendable, Hashable {
        let kind: Kind
        /// How often it strikes; nil: until it is lifted.
        let times: Int?
        private(set) var skipped = 0

        init(_ kind: Kind, times: Int? = nil) {
            self.kind = kind
            self.times = times
        }

        /// The same fault, which lets its first `count` occasions pass.
        public func skipping(_ count: Int) -> Fault {
            var fault = self
            fault.skipped = count
            return fault
        }
    }
}

// What happens to requests.
extension EmbeddedServer.Fault {
    /// The request is lost: it is neither performed nor answered.
    public static func loseRequest(_ request: Request? = nil, times: Int? = nil) -> Self {
        Self(.request(request, .toRequest(.lose)), times: times)
    }

    /// The request is refused instead of being performed.
    public static func answer(_ refusal: Refusal, to request: Request? = nil, times: Int? = nil) -> Self {
        Self(.request(request, .toRequest(.refuse(refusal))), times: times)
    }

    /// A write, a delete or a step of a transaction is answered as if the cluster could not complete it in time.
    ///
    /// - Parameters:
    ///   - phase: the phase in which the cluster times out.
    ///   - afterWriting: whether it is performed nevertheless.
    ///   - times: how often the fault strikes; nil: until it is lifted.
    public static func timeOutWrites(in phase: WritePhase, afterWriting: Bool, times: Int? = nil) -> Self {
        let harm: Harm = afterWriting ? .toReply(.timeOut(phase)) : .toRequest(.timeOut(phase))
        return Self(.request(nil, harm), times: times)
    }

    /// The connection ends around a request. With ``skipping(_:)``, that many requests pass first.
    public static func dropConnection(_ moment: Moment, to request: Request? = nil, times: Int? = nil) -> Self {
        let harm: Harm =
            switch moment {
            case .beforeHandling: .toRequest(.drop)
            case .beforeReply: .toReply(.dropBefore)
            case .withinReply: .toReply(.dropWithin)
            case .afterReply: .toReply(.dropAfter)
            }
        return Self(.request(request, harm), times: times)
    }
}

// What happens to pushed events.
extension EmbeddedServer.Fault {
    /// The connection ends right after an event was pushed to a subscription on it. With ``skipping(_:)``, that many events
    /// pass first, counting those of all connections together.
    public static func dropConnectionAfterPush(times: Int? = nil) -> Self { Self(.dropAfterPush, times: times) }
}

// What happens to the replies to requests that were performed.
extension EmbeddedServer.Fault {
    /// The reply is lost.
    public static func loseReply(to request: Request? = nil, times: Int? = nil) -> Self {
        Self(.request(request, .toReply(.lose)), times: times)
    }

    /// The reply is sent after `delay`; later replies may overtake it.
    public static func delayReply(to request: Request? = nil, by delay: Duration, times: Int? = nil) -> Self {
        Self(.request(request, .toReply(.delay(delay))), times: times)
    }

    /// The reply is held until the fault is lifted, and sent then; other replies overtake it. While 10,000 replies of a
    /// connection are held or delayed, its requests are not read.
    public static func holdReply(to request: Request? = nil, times: Int? = nil) -> Self {
        Self(.request(request, .toReply(.hold)), times: times)
    }

    /// The reply is sent twice.
    public static func duplicateReply(to request: Request? = nil, times: Int? = nil) -> Self {
        Self(.request(request, .toReply(.duplicate)), times: times)
    }

    /// Other bytes, perhaps not even a frame, are sent instead of the reply.
    public static func replaceReply(to request: Request? = nil, with bytes: [UInt8], times: Int? = nil) -> Self {
        Self(.request(request, .toReply(.replace(bytes))), times: times)
    }

    /// Clients' heartbeats are not answered: ``loseReply(to:times:)`` for ``Request/heartbeat``.
    public static let ignoreHeartbeats = Self.loseReply(to: .heartbeat)
}

// What happens to connections, until the fault is lifted.
extension EmbeddedServer.Fault {
    /// The server stops listening on the TCP port, so that connecting fails; existing connections continue. The fault
    /// has struck when the server no longer listens. When the fault is lifted, the server listens on the same port
    /// again.
    public static let refuseConnections = Self(.refuseConnections)

    /// New connections are accepted and closed at once.
    public static func closeNewConnections(times: Int? = nil) -> Self { Self(.closeNewConnections, times: times) }

    /// The server reads nothing, as if its process were suspended: connecting succeeds, and no request is answered. The
    /// fault strikes when something arrives that the server should have read. No client is disconnected for being
    /// silent in the meantime; what was sent on a connection that the client resets meanwhile is never read.
    public static let stallReads = Self(.stallReads)

    /// The server sends nothing. Its replies are held; when they amount to a megabyte it stops reading requests, too.
    /// The fault strikes whenever something should have been sent. No client is disconnected for being silent in the
    /// meantime.
    public static let stallWrites = Self(.stallWrites)
}

extension EmbeddedServer.Fault {
    enum Kind: Hashable {
        case request(Request?, Harm)
        case closeNewConnections
        case refuseConnections
        case dropAfterPush
        case stallReads
        case stallWrites
    }

    enum Harm: Hashable {
        /// The request is not performed then.
        case toRequest(RequestHarm)
        case toReply(ReplyHarm)
    }

    enum RequestHarm: Hashable {
        case lose
        case refuse(Refusal)
        case timeOut(WritePhase)
        case drop
    }

    enum ReplyHarm: Hashable {
        case lose
        case delay(Duration)
        case hold
        case duplicate
        case replace([UInt8])
        case timeOut(WritePhase)
        case dropBefore, dropWithin, dropAfter
    }

    /// Whether the fault applies to a request.
    func isFor(_ request: Request) -> Bool {
        switch self.kind {
        case .request(_, .toRequest(.timeOut)), .request(_, .toReply(.timeOut)): request.isWrite
        case .request(let wanted?, _): request == wanted
        case .request(nil, _): request != .heartbeat
        case .closeNewConnections, .refuseConnections, .dropAfterPush, .stallReads, .stallWrites: false
        }
    }

    /// Throws if a value is invalid.
    func validate() throws(EmbeddedServerError) {
        if let times = self.times, times < 1 {
            throw EmbeddedServerError(.invalidFault, "a fault cannot strike \(times) times")
        }
        if self.skipped < 0 {
            throw EmbeddedServerError(.invalidFault, "a fault cannot let \(self.skipped) occasions pass")
        }
        if self.skipped > 0, [.refuseConnections, .stallReads, .stallWrites].contains(self.kind) {
            throw EmbeddedServerError(
                .invalidFault, "a stall or a closed port cannot let \(self.skipped) occasions pass")
        }
        if case .request(_, .toReply(.delay(let delay))) = self.kind, !(Duration.zero ... .seconds(86_400) ~= delay) {
            throw EmbeddedServerError(
                .invalidFault, "the delay of a reply, \(delay.words), is not between zero and a day")
        }
    }
}
