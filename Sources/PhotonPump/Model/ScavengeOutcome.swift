/// What a server answers when it is told to scavenge.
public enum ScavengeOutcome: Sendable, Hashable {
    /// It is done (servers up to 4.x).
    case finished(after: Duration, reclaimedBytes: Int64)
    /// It has begun, under this id (servers from 5.0 on).
    case started(id: String)
    /// It was at it already.
    case runsAlready
}
