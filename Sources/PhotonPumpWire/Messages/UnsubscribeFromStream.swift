internal import CEventStoreMessages

/// Ends the subscription, volatile or persistent, that has the package's correlation id.
package struct UnsubscribeFromStream: Hashable {
    package init() {}
}

extension UnsubscribeFromStream: ProtobufMessage {
    static let initialize = es__unsubscribe_from_stream__init

    init(_ message: borrowing Es__UnsubscribeFromStream) {}

    func fill(_ message: inout Es__UnsubscribeFromStream, _ arena: inout ProtobufArena) {}
}
