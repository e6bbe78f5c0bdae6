internal import PhotonPumpWire

// A request that can be decoded but is invalid is treated like one that cannot be decoded.

/// A request to change a stream that is expected to have a certain version.
protocol StreamChange: WireMessage, MasterRequiring {
    var stream: String { get }
    var expectedVersion: Int64 { get }
    /// Whether it can expect that the stream exists, whatever its version.
    static var canExpectStream: Bool { get }
    /// Fails if there is something else that makes it invalid.
    func check() throws(MalformedMessage)
}

extension StreamChange {
    static var canExpectStream: Bool { false }
    func check() throws(MalformedMessage) {}
}

extension DeleteStream: StreamChange {}
extension TransactionStart: StreamChange {}
extension WriteEvents: StreamChange {
    static var canExpectStream: Bool { true }

    func check() throws(MalformedMessage) {
        for event in self.events { try event.check(of: self.stream) }
    }
}

/// A valid change of a stream.
struct LegalChange<Change: StreamChange>: MasterRequiring {
    let change: Change
    let stream: StreamName
    let expected: ExpectedVersion

    var requireMaster: Bool { self.change.requireMaster }

    init(_ payload: Bytes) throws(MalformedMessage) {
        self.change = try Change(decoding: payload)
        try Change.check(!self.change.stream.isEmpty, "event_stream_id is empty")
        guard let expected = ExpectedVersion(wire: self.change.expectedVersion),
            expected != .streamExists || Change.canExpectStream
        else { throw Change.malformed("expected_version \(self.change.expectedVersion) means nothing") }
        try self.change.check()
        self.stream = StreamName(self.change.stream)
        self.expected = expected
    }
}

extension TransactionWrite: MasterRequiring {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try TransactionWrite(decoding: payload)
        try Self.check(self.transactionID >= 0, "transaction_id is \(self.transactionID)")
        for event in self.events { try event.check(of: "") }
    }
}

extension TransactionCommit: MasterRequiring {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try TransactionCommit(decoding: payload)
        try Self.check(self.transactionID >= 0, "transaction_id is \(self.transactionID)")
    }
}

extension ReadEvent: MasterRequiring {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try ReadEvent(decoding: payload)
        try Self.check(!self.stream.isEmpty, "event_stream_id is empty")
        try Self.check(self.eventNumber >= -1, "event_number is \(self.eventNumber)")
    }
}

extension ReadStreamEvents: MasterRequiring {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try ReadStreamEvents(decoding: payload)
        try Self.check(!self.stream.isEmpty, "event_stream_id is empty")
        try Self.check(self.from >= -1, "from_event_number is \(self.from)")
    }
}

extension ReadAllEvents: MasterRequiring {}

extension ConnectToPersistentSubscription {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try ConnectToPersistentSubscription(decoding: payload)
        let limit = self.allowedInFlight
        try Self.check(limit >= 0, "allowed_in_flight_messages is \(limit)")
    }
}

extension PersistentSubscriptionAckEvents {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try PersistentSubscriptionAckEvents(decoding: payload)
        try Self.check(!self.eventIDs.isEmpty, "there are no processed_event_ids")
    }
}

extension PersistentSubscriptionNakEvents {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try PersistentSubscriptionNakEvents(decoding: payload)
        try Self.check(!self.eventIDs.isEmpty, "there are no processed_event_ids")
        let action = self.action.rawValue
        try Self.check(action <= Action.stop.rawValue, "action \(action) means nothing")
    }
}

/// A valid filtered read.
struct LegalFilteredRead: MasterRequiring {
    let read: FilteredReadAllEvents
    let filter: EventFilter
    var requireMaster: Bool { self.read.requireMaster }

    init(_ payload: Bytes) throws(MalformedMessage) {
        self.read = try FilteredReadAllEvents(decoding: payload)
        self.filter = try EventFilter(self.read.filter)
    }
}

/// A valid filtered subscription.
struct LegalFilteredSubscribe {
    let subscribe: FilteredSubscribe
    let filter: EventFilter

    init(_ payload: Bytes) throws(MalformedMessage) {
        self.subscribe = try FilteredSubscribe(decoding: payload)
        self.filter = try EventFilter(self.subscribe.filter)
    }
}

/// The most bytes that an event's data, metadata and type may take. Of text each UTF-16 unit counts as two.
private let eventLimit = (16 << 20) - 10_000
/// The most bytes that they may take together with the stream's name.
private let recordLimit = (16 << 20) - 103

extension ProposedEvent {
    fileprivate func check(of stream: String) throws(MalformedMessage) {
        try Self.check(self.id != .zero, "event_id is zero")
        try Self.check(!self.type.isEmpty, "event_type is empty")
        let size = 2 * self.type.utf16.count + self.data.count + (self.metadata?.count ?? 0)
        try Self.check(size <= eventLimit, "an event of \(size) bytes, above \(eventLimit)")
        let record = size + 2 * stream.utf16.count
        try Self.check(
            record <= recordLimit,
            "a record of \(record) bytes, above \(recordLimit): a real server would end its process over it")
    }
}

extension WireMessage {
    fileprivate static func check(
        _ isLegal: Bool, _ reason: @autoclosure () -> String
    ) throws(MalformedMessage) {
        guard isLegal else { throw self.malformed(reason()) }
    }

    /// Most types have the message's name in the protocol.
    fileprivate static func malformed(_ reason: String) -> MalformedMessage {
        MalformedMessage(self == ProposedEvent.self ? "NewEvent" : "\(self)", reason)
    }
}
