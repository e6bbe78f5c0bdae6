internal import CEventStoreMessages

/// Tells the server which schema the client speaks and what to call it in its logs.
package struct IdentifyClient: Hashable {
    /// 1: event numbers are 64 bit. A connection that says nothing is taken for version 0.
    package var version: Int32
    package var connectionName: String?

    package init(version: Int32, connectionName: String?) {
        self.version = version
        self.connectionName = connectionName
    }
}

extension IdentifyClient: ProtobufMessage {
    static let initialize = es__identify_client__init

    init(_ message: borrowing Es__IdentifyClient) {
        self.version = message.version
        self.connectionName = field(message.has_connection_name, message.connection_name)?.text
    }

    func fill(_ message: inout Es__IdentifyClient, _ arena: inout ProtobufArena) {
        set(&message.has_version, &message.version, to: self.version)
        set(&message.has_connection_name, &message.connection_name, to: self.connectionName.map { arena.copy($0) })
    }
}
