/// In whose words a server speaks of its cluster: gossip's members and the names of states, and how it names its master
/// to a client that should go there.
public enum Generation: Sendable, Hashable, CaseIterable {
    /// EventStore 4.x and 5.x: masters and slaves, a port for TLS beside the plain one.
    case version5
    /// EventStore 20 and later: leaders and followers, one TCP port, which speaks TLS if the server has it.
    case version20
}
