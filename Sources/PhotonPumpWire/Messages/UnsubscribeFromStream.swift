internal import CEventStoreMessages

/// Ends the subscription, volatile or persistent, that has the package's correlation id.
package struct UnsubscribeFromStream: Hashable {
    package init() {}
}

extension UnsubscribeFromStream: ProtobufMessage {
    static var codec: ProtobufCodec<Es__UnsubscribeFromStream> {
        .init("UnsubscribeFromStream", es__unsubscribe_from_stream__init, es__unsubscribe_from_stream__unpack)
    }

    init(_ message: borrowing Es__UnsubscribeFromStream) {}

    func fill(_ message: inout Es__UnsubscribeFromStream, _ arena: inout ProtobufArena) {}
}
