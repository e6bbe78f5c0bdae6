/// When a cluster that has lost its master elects another. Until then no node accepts writes, nor reads that require
/// the master.
public enum Election: Sendable, Hashable {
    /// At once: no client sees the cluster without a master.
    case immediate
    /// After this time.
    case after(Duration)
    /// Not before ``EmbeddedCluster/moveMaster(to:)``.
    case onDemand
}
