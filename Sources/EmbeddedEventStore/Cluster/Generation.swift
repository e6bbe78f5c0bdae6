/// Which servers' terms to use for the cluster: the members of gossip, the names of states, and how a client is
/// referred to the master.
public enum Generation: Sendable, Hashable, CaseIterable {
    /// EventStore 4.x and 5.x: masters and slaves, a port for TLS beside the plain one.
    case version5
    /// EventStore 20 and later: leaders and followers; one TCP port, which uses TLS if the server has it.
    case version20
}
