/// A server's answer to a scavenge request.
public enum ScavengeOutcome: Sendable, Hashable {
    /// The scavenge has finished (servers up to 4.x).
    case finished(after: Duration, reclaimedBytes: Int64)
    /// The scavenge has begun, with this id (servers from 5.0 on).
    case started(id: String)
    /// A scavenge was running already.
    case runsAlready
}
