import Foundation
import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

/// A consumer of a persistent subscription, and the server that the test plays.
struct ScriptedSubscription {
    let session: ScriptedSession
    let subscription: PersistentSubscription
    /// The correlation id that it has on the first connection.
    let id: GUID
    /// What happened since it was connected.
    let changes: AsyncStream<PersistentSubscription.Change>

    var client: Client { self.session.client }
    var peer: ScriptedPeer { self.session.peer }

    /// Connects a client and a subscription `herd` to `ponies`, runs `body`, and closes both.
    ///
    /// Acknowledgements are sent when there are enough of them, unless a test is about the delay.
    static func run(
        bufferSize: Int = 10,
        messageTimeout: Duration? = nil,
        acknowledgementDelay: Duration = .seconds(3600),
        options: CallOptions = CallOptions(),
        _ adjust: (inout Client.Configuration) -> Void = { _ in },
        _ body: (ScriptedSubscription) async throws -> Void
    ) async throws {
        try await ScriptedSession.run(adjust) { session in
            let connecting = Task {
                try await session.client.connectSubscription(
                    "herd", to: "ponies", bufferSize: bufferSize, messageTimeout: messageTimeout,
                    acknowledgementDelay: acknowledgementDelay, options: options)
            }
            let id = try await session.peer.confirmSubscription()
            let subscription = try await connecting.value
            try await body(
                ScriptedSubscription(
                    session: session, subscription: subscription, id: id, changes: subscription.changes))
        }
    }
}

extension ScriptedPeer {
    /// Agrees to the next subscription.
    ///
    /// - Returns: its correlation id.
    func confirmSubscription() async throws -> GUID {
        let request = try await self.next(.connectToPersistentSubscription)
        let confirmation = PersistentSubscriptionConfirmation(
            lastCommitPosition: 0, subscriptionID: "ponies::herd", lastEventNumber: nil)
        try await self.send(
            Package(
                .persistentSubscriptionConfirmation, request.correlation, payload: confirmation.encoded()))
        return request.correlation
    }

    /// Pushes events, in one write.
    func push(_ numbers: some Sequence<Int>, on id: GUID, retryCount: Int32 = 0, isLinked: Bool = false) async throws {
        let buffer = OutboundBuffer()
        for number in numbers {
            let event = EventRecord.pony(number)
            let record =
                isLinked
                ? ResolvedRecord(event: .pony(number, id: GUID(8, UInt64(number))), link: event)
                : ResolvedRecord(event: event, link: nil)
            let message = PersistentSubscriptionStreamEventAppeared(event: record, retryCount: retryCount)
            buffer.append(
                Package(.persistentSubscriptionStreamEventAppeared, id, payload: message.encoded()))
        }
        var bytes: [UInt8] = []
        buffer.drain { waiting in
            bytes += waiting
            return waiting.count
        }
        try await self.send(bytes)
    }

    /// The numbers of the events that the next message, which must be that, acknowledges under this id.
    func acknowledged(on id: GUID) async throws -> [Int] {
        let package = try #require(try await self.next())
        #expect(package.command == .persistentSubscriptionAckEvents)
        #expect(package.correlation == id)
        let message = try PersistentSubscriptionAckEvents(decoding: package.payload)
        #expect(message.subscriptionID == "ponies::herd")
        return message.eventIDs.map(\.ponyNumber)
    }

    /// The numbers of the events that the next messages acknowledge, until they are as many.
    ///
    /// Events that were pushed together may arrive in two pieces. A consumer that has to wait between the two has its
    /// acknowledgements sent.
    func acknowledged(_ count: Int, on id: GUID) async throws -> [Int] {
        var numbers: [Int] = []
        while numbers.count < count { numbers += try await self.acknowledged(on: id) }
        return numbers
    }

    /// What the next message, which must be that, refuses.
    func refused(on id: GUID) async throws -> PersistentSubscriptionNakEvents {
        let package = try #require(try await self.next())
        #expect(package.command == .persistentSubscriptionNakEvents)
        #expect(package.correlation == id)
        return try PersistentSubscriptionNakEvents(decoding: package.payload)
    }

    /// Expects the end of a subscription as the very next message, and confirms it.
    func acceptLeaving(_ id: GUID) async throws {
        let package = try #require(try await self.next())
        #expect(package.command == .unsubscribeFromStream)
        #expect(package.correlation == id)
        try await self.drop(id, .unsubscribed)
    }
}

extension GUID {
    static func pony(_ number: Int) -> GUID { GUID(7, UInt64(number)) }

    var ponyNumber: Int {
        (0..<10_000).first { GUID.pony($0) == self } ?? -1
    }
}

extension EventRecord {
    /// An event of `ponies`.
    static func pony(_ number: Int, id: GUID? = nil) -> EventRecord {
        EventRecord(
            stream: Bytes(utf8: "ponies"), number: Int64(number), id: id ?? .pony(number),
            type: Bytes(utf8: "PonyJumped"), isJSON: true, data: Bytes(utf8: #"{"name":"\#(number)","height":1}"#),
            metadata: Bytes(), created: 0)
    }
}

extension AsyncStream<PersistentSubscription.Change> {
    /// The next interruption.
    func interruption() async throws -> (attempt: Int, cause: PhotonPumpError) {
        for await case .interrupted(let attempt, _, let cause) in self { return (attempt, cause) }
        throw CancellationError()
    }
}

extension EventRecord {
    var uuid: UUID { UUID(uuid: self.id.textOrder) }
}
