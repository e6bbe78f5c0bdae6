internal import PhotonPumpSystem
internal import PhotonPumpWire

/// What a span says of a call or of the handling of an event, by OpenTelemetry's conventions for messaging; pure.
struct SpanDescription: Sendable, Equatable {
    enum Kind { case client, producer, consumer }

    enum Value: Sendable, Equatable {
        case text(String)
        case number(Int)
    }

    let name: String
    let kind: Kind
    private(set) var attributes: [String: Value]

    private init(_ operation: String, type: String?, on stream: String?, _ kind: Kind) {
        self.kind = kind
        self.attributes = ["messaging.system": .text("eventstore"), "messaging.operation.name": .text(operation)]
        if let type { self.attributes["messaging.operation.type"] = .text(type) }
        guard let stream else {
            self.name = operation
            return
        }
        let template = Self.template(of: stream)
        self.name = "\(operation) \(template ?? stream)"
        self.attributes["messaging.destination.name"] = .text(stream)
        if let template { self.attributes["messaging.destination.template"] = .text(template) }
    }

    /// What a stream's name has in common with those of its kind, because there may be one for each order and each
    /// customer: its category, as the server's projections see it. nil if that is the whole name.
    private static func template(of stream: String) -> String? {
        if UUID(uuidString: stream) != nil { return "{id}" }
        // `$ce-ponies` is a category itself; `$$pony-1` is as particular as `pony-1`.
        if stream.hasPrefix("$"), !stream.hasPrefix("$$") { return nil }
        return stream.firstIndex(of: "-").map { "\(stream[..<$0])-{id}" }
    }

    /// A call.
    ///
    /// - Parameter isOrigin: whether the events that it writes carry its context.
    init(_ conversation: some Conversation, isOrigin: Bool) {
        let request = conversation.request
        let operation = "\(request.command)"
        let stream = conversation.stream
        switch request.message {
        case let message as WriteEvents:
            self.init(operation, type: "send", on: stream, isOrigin ? .producer : .client)
            self.describe(message.events)
        case let message as TransactionWrite:
            self.init(operation, type: "send", on: stream, isOrigin ? .producer : .client)
            self.describe(message.events)
        case is ReadEvent, is ReadStreamEvents, is ReadAllEvents, is FilteredReadAllEvents:
            self.init(operation, type: "receive", on: stream, .client)
        default: self.init(operation, type: nil, on: stream, .client)
        }
    }

    private mutating func describe(_ events: [ProposedEvent]) {
        guard events.count == 1, let event = events.first else {
            self.attributes["messaging.batch.message_count"] = .number(events.count)
            return
        }
        self.attributes["messaging.message.id"] = .text(Self.text(event.id.uuid))
        self.attributes["messaging.message.body.size"] = .number(event.data.count)
        self.attributes["messaging.eventstore.event.type"] = .text(event.type)
    }

    /// The handling of an event that was found in this stream, or in `$all`.
    ///
    /// - Parameter subscription: the name of the subscription, if it has one.
    init(handling event: ResolvedEvent, of stream: String, subscription: String? = nil) {
        self.init("process", type: "process", on: stream, .consumer)
        if let subscription { self.attributes["messaging.destination.subscription.name"] = .text(subscription) }
        self.attributes["messaging.message.id"] = .text(Self.text(event.id))
        self.attributes["messaging.message.body.size"] = .number(event.data.count)
        self.attributes["messaging.eventstore.event.type"] = .text(event.type)
        self.attributes["messaging.eventstore.event.stream"] = .text(event.stream)
        self.attributes["messaging.eventstore.event.number"] = .number(Int(event.number))
    }

    /// The handling of an event that a persistent subscription to this stream has delivered.
    ///
    /// - Parameter group: the subscription, if it is known.
    init(handling event: DeliveredEvent, of stream: String, group: String?) {
        self.init(handling: event.resolved, of: stream)
        if let group { self.attributes["messaging.consumer.group.name"] = .text(group) }
        self.attributes["messaging.eventstore.retry_count"] = .number(event.retryCount)
    }

    private static func text(_ id: UUID) -> String { id.uuidString.lowercased() }

    /// What kind of error it is.
    static func kind(of error: any Error) -> String {
        switch error {
        case let error as PhotonPumpError: error.code.description
        case is CancellationError: "cancelled"
        default: String(describing: type(of: error))
        }
    }
}
