internal import CEventStoreMessages

/// Which events a filtered read or subscription is after: those whose stream or type, as text, fits any of `data`.
///
/// A link is judged by itself, not by what it leads to.
package struct Filter: Hashable {
    /// What of an event is looked at. Any number is representable: clients may send newer ones.
    package struct Context: WireCode {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let streamID = Context(rawValue: 0)
        package static let eventType = Context(rawValue: 1)
    }

    /// How it is compared. Any number is representable: clients may send newer ones.
    package struct Kind: WireCode {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let regex = Kind(rawValue: 0)
        package static let prefix = Kind(rawValue: 1)
    }

    package var context: Context
    package var kind: Kind
    /// One expression for ``Kind/regex``, any number of prefixes for ``Kind/prefix``.
    package var data: [String]

    package init(_ context: Context, _ kind: Kind, _ data: [String]) {
        self.context = context
        self.kind = kind
        self.data = data
    }
}

extension Filter: ProtobufMessage {
    static let initialize = es__filter__init

    init(_ message: borrowing Es__Filter) {
        self.context = Context(message.context)
        self.kind = Kind(message.type)
        self.data = UnsafeBufferPointer(start: message.data, count: message.n_data).map(\.text)
    }

    func fill(_ message: inout Es__Filter, _ arena: inout ProtobufArena) {
        set(&message.has_context, &message.context, to: self.context.cValue())
        set(&message.has_type, &message.type, to: self.kind.cValue())
        message.n_data = self.data.count
        message.data = arena.array(of: max(self.data.count, 1), ProtobufCBinaryData.self)
        for (position, text) in self.data.enumerated() { message.data[position] = arena.copy(text) }
    }
}
