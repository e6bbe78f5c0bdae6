/// How to subscribe, where the defaults do not fit.
public struct SubscriptionOptions: Sendable, Hashable {
    /// What happens when the consumer is so slow that the buffer is full.
    public enum Overflow: Sendable, Hashable {
        /// The subscription stops listening, and reads on after the last event it has buffered, at the consumer's pace,
        /// until it has caught up and listens again. Nothing is lost or repeated.
        case readBack
        /// What comes while the buffer is full is left out; ``SubscriptionMessage/gap(missed:after:)`` says where and how
        /// much.
        case leaveGap
        /// What is buffered is still given, then the sequence fails with ``PhotonPumpError/Code/bufferOverflow``.
        case fail
    }

    /// Whether events that are links are followed to the events they point to. False.
    public var resolveLinks = false
    /// How many events of the past to ask for at once, 1 to 4096; two such pages are held at most. 500.
    public var pageSize = 500
    /// How many events may be held for the consumer when more are pushed: those that wait, and those that it was given
    /// together and is at. 10,000.
    public var maximumBufferedEvents = 10_000
    /// How many bytes those may weigh. 16 MiB.
    public var maximumBufferedBytes = 16 << 20
    /// What happens when either is exceeded. Reading back.
    public var overflow = Overflow.readBack
    /// With a filter: after how many events that do not fit there is a checkpoint at the latest. 4,096.
    public var checkpointInterval = 4_096
    /// How often ``SubscriptionChange/stillLive`` is told while nothing happens; nil, the default, for never.
    public var livenessInterval: Duration?
    /// Timeout, credentials and node of each request made on the way.
    public var call = CallOptions()

    /// The defaults.
    public init() {}

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``, naming the option that can never work.
    func check(stream: String) throws(PhotonPumpError) {
        try Arguments.check(count: self.pageSize, stream: stream)
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
