/// When a cluster that has lost its master gets another one. Until then no node writes, nor reads for those who ask the
/// master.
public enum Election: Sendable, Hashable {
    /// At once: nobody sees the cluster without a master.
    case immediate
    /// After this time.
    case after(Duration)
    /// Not before ``EmbeddedCluster/moveMaster(to:)``.
    case onDemand
}
