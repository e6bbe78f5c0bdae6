/// Options of a subscription.
public struct SubscriptionOptions: Sendable, Hashable {
    /// What happens when the consumer is so slow that the buffer is full.
    public enum Overflow: Sendable, Hashable {
        /// The subscription stops listening, and instead reads on after the last buffered event, at the consumer's
        /// pace, until it has caught up and listens again. Nothing is lost or repeated.
        case readBack
        /// Events that arrive while the buffer is full are left out; ``SubscriptionMessage/gap(missed:after:)`` reports
        /// where and how many.
        case leaveGap
        /// Buffered events are still delivered; then the sequence throws ``PhotonPumpError/Code/bufferOverflow``.
        case fail
    }

    /// What happens when the place to go on at, such as a checkpoint, lies beyond the end of the stream or the log.
    ///
    /// The server was then set up anew or restored from a backup, or the checkpoint belongs to another server or stream.
    /// (A stream that was deleted or truncated is not meant: its numbers go on.) What is written next would get places
    /// before that one, and would be skipped. In each case it is announced at once: by
    /// ``SubscriptionMessage/beyondEnd(_:end:)``, ``SubscriptionChange/beyondEnd(_:end:)``,
    /// ``SubscriptionPhase/beyondEnd`` and a warning in the log. It is noticed when a subscription begins and whenever it
    /// continues after a loss; not, however, if others have written so much by then that the end lies behind the place
    /// again. A subscription that continues after a loss then fails with ``PhotonPumpError/Code/eventReplaced``.
    ///
    /// A follower of a cluster may just lag behind the master. So a follower gets half a minute to catch up before it is
    /// believed, a master none.
    public enum BeyondEnd: Sendable, Hashable {
        /// The sequence throws ``PhotonPumpError/Code/placeBeyondEnd``.
        ///
        /// This is the default, because only you can know which of the others is right: waiting may skip events, and
        /// starting over handles again what has been handled. Nothing is lost while a person decides.
        case fail
        /// The subscription listens, and delivers what is written from that place on.
        case wait
        /// The subscription begins again with the first event. Checkpoints follow.
        case startOver
    }

    /// What to call the subscription in logs, metrics and spans; none by default.
    public var name: String?
    /// Whether events that are links are followed to the events they point to. nil, the default, means
    /// ``Client/Configuration/resolveLinks``.
    public var resolveLinks: Bool?
    /// The most past events to request at once, 1 to 4096; fewer if they are large. At most two such pages are held. nil,
    /// the default, means ``Client/Configuration/pageSize``.
    public var pageSize: Int?
    /// How many events may be held for the consumer as they are pushed: those that are waiting, and the batch that it
    /// is iterating over. 10,000 by default.
    public var maximumBufferedEvents = 10_000
    /// The largest total size of those events, in bytes. 16 MiB by default.
    public var maximumBufferedBytes = 16 << 20
    /// What happens when either limit is exceeded. Reading back by default.
    public var overflow = Overflow.readBack
    /// What happens when the place to go on at lies beyond the end. Failing by default.
    public var beyondEnd = BeyondEnd.fail
    /// With a filter: the most non-matching events before there is a checkpoint. 4,096 by default.
    public var checkpointInterval = 4_096
    /// How often ``SubscriptionChange/stillLive`` is reported while nothing happens; nil, the default, for never.
    public var livenessInterval: Duration?
    /// The timeout, credentials and node of each request.
    public var call = CallOptions()

    /// The defaults.
    public init() {}

    /// The bytes that a page should take at most, so that two of them can be held; nil for what suits servers.
    var pageBytes: Int? { self.maximumBufferedBytes < 8 << 20 ? self.maximumBufferedBytes / 2 : nil }

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``, naming the invalid option.
    func check(stream: String) throws(PhotonPumpError) {
        if let pageSize { try Arguments.check(count: pageSize, stream: stream) }
        let limits = [
            ("maximumBufferedEvents", self.maximumBufferedEvents),
            ("maximumBufferedBytes", self.maximumBufferedBytes),
            ("checkpointInterval", self.checkpointInterval),
        ]
        for (name, limit) in limits where !(1...Int(Int32.max)).contains(limit) {
            throw PhotonPumpError(
                .invalidArgument, "\(name) is \(limit), not between 1 and \(Int32.max)", stream: stream)
        }
        if let livenessInterval, livenessInterval <= .zero {
            throw PhotonPumpError(.invalidArgument, "livenessInterval is not above zero", stream: stream)
        }
    }
}
