internal import PhotonPumpWire

// A request that can be decoded but is invalid is treated like one that cannot be decoded.

/// A valid write.
struct LegalWrite: MasterRequiring {
    let stream: StreamName
    let expected: ExpectedVersion
    let events: [ProposedEvent]
    let requireMaster: Bool

    init(_ payload: Bytes) throws(MalformedMessage) {
        let write = try WriteEvents(decoding: payload)
        try check(!write.stream.isEmpty, "WriteEvents", "event_stream_id is empty")
        guard let expected = ExpectedVersion(wire: write.expectedVersion) else {
            throw MalformedMessage("WriteEvents", "expected_version \(write.expectedVersion) means nothing")
        }
        for event in write.events { try check(event, of: write.stream) }
        self.stream = StreamName(write.stream)
        self.requireMaster = write.requireMaster
        self.expected = expected
        self.events = write.events
    }
}

/// A valid deletion. A deletion cannot expect that the stream exists.
struct LegalDelete: MasterRequiring {
    let stream: StreamName
    let expected: ExpectedVersion
    let isHard: Bool
    let requireMaster: Bool

    init(_ payload: Bytes) throws(MalformedMessage) {
        let delete = try DeleteStream(decoding: payload)
        try check(!delete.stream.isEmpty, "DeleteStream", "event_stream_id is empty")
        guard let expected = ExpectedVersion(wire: delete.expectedVersion), expected != .streamExists else {
            throw MalformedMessage("DeleteStream", "expected_version \(delete.expectedVersion) means nothing")
        }
        self.stream = StreamName(delete.stream)
        self.requireMaster = delete.requireMaster
        self.expected = expected
        self.isHard = delete.hardDelete ?? false
    }
}

/// A valid beginning of a transaction. It cannot expect that the stream exists.
struct LegalTransactionStart: MasterRequiring {
    let stream: StreamName
    let expected: ExpectedVersion
    let requireMaster: Bool

    init(_ payload: Bytes) throws(MalformedMessage) {
        let start = try TransactionStart(decoding: payload)
        try check(!start.stream.isEmpty, "TransactionStart", "event_stream_id is empty")
        guard let expected = ExpectedVersion(wire: start.expectedVersion), expected != .streamExists else {
            throw MalformedMessage("TransactionStart", "expected_version \(start.expectedVersion) means nothing")
        }
        self.stream = StreamName(start.stream)
        self.requireMaster = start.requireMaster
        self.expected = expected
    }
}

extension TransactionWrite: MasterRequiring {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try TransactionWrite(decoding: payload)
        try check(self.transactionID >= 0, "TransactionWrite", "transaction_id is \(self.transactionID)")
        for event in self.events { try check(event, of: "") }
    }
}

extension TransactionCommit: MasterRequiring {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try TransactionCommit(decoding: payload)
        try check(self.transactionID >= 0, "TransactionCommit", "transaction_id is \(self.transactionID)")
    }
}

extension ReadEvent: MasterRequiring {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try ReadEvent(decoding: payload)
        try check(!self.stream.isEmpty, "ReadEvent", "event_stream_id is empty")
        try check(self.eventNumber >= -1, "ReadEvent", "event_number is \(self.eventNumber)")
    }
}

extension ReadStreamEvents: MasterRequiring {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try ReadStreamEvents(decoding: payload)
        try check(!self.stream.isEmpty, "ReadStreamEvents", "event_stream_id is empty")
        try check(self.from >= -1, "ReadStreamEvents", "from_event_number is \(self.from)")
    }
}

extension ReadAllEvents: MasterRequiring {}

extension ConnectToPersistentSubscription {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try ConnectToPersistentSubscription(decoding: payload)
        let limit = self.allowedInFlight
        try check(limit >= 0, "ConnectToPersistentSubscription", "allowed_in_flight_messages is \(limit)")
    }
}

extension PersistentSubscriptionAckEvents {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try PersistentSubscriptionAckEvents(decoding: payload)
        try check(!self.eventIDs.isEmpty, "PersistentSubscriptionAckEvents", "there are no processed_event_ids")
    }
}

extension PersistentSubscriptionNakEvents {
    init(legal payload: Bytes) throws(MalformedMessage) {
        self = try PersistentSubscriptionNakEvents(decoding: payload)
        try check(!self.eventIDs.isEmpty, "PersistentSubscriptionNakEvents", "there are no processed_event_ids")
        let action = self.action.rawValue
        try check(
            action <= Action.stop.rawValue, "PersistentSubscriptionNakEvents", "action \(action) means nothing")
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

private func check(_ event: ProposedEvent, of stream: String) throws(MalformedMessage) {
    try check(event.id != .zero, "NewEvent", "event_id is zero")
    try check(!event.type.isEmpty, "NewEvent", "event_type is empty")
    let size = 2 * event.type.utf16.count + event.data.count + (event.metadata?.count ?? 0)
    try check(size <= eventLimit, "NewEvent", "an event of \(size) bytes, above \(eventLimit)")
    let record = size + 2 * stream.utf16.count
    try check(
        record <= recordLimit, "NewEvent",
        "a record of \(record) bytes, above \(recordLimit): a real server would end its process over it")
}

private func check(
    _ isLegal: Bool,
    _ message: String,
    _ reason: @autoclosure () -> String
) throws(MalformedMessage) {
    guard isLegal else { throw MalformedMessage(message, reason()) }
}
