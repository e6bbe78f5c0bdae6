import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Managing persistent subscriptions")
struct ManageSubscriptionTests {
    private typealias Settings = PhotonPump.PersistentSubscriptionSettings

    private static func settings(_ adjust: (inout Settings) -> Void) -> Settings {
        var settings = Settings()
        adjust(&settings)
        return settings
    }

    private func wire(
        _ adjust: (inout Settings) -> Void = { _ in }
    ) throws
        -> PhotonPumpWire
        .PersistentSubscriptionSettings
    {
        try Self.settings(adjust).checked(stream: "s")
    }

    @Test("managing persistent subscriptions sends the defaults of other clients of this protocol")
    func defaults() throws {
        let expected = PhotonPumpWire.PersistentSubscriptionSettings(
            resolveLinks: false, startFrom: -1, messageTimeout: 30_000, recordStatistics: false, liveBufferSize: 500,
            readBatchSize: 20, bufferSize: 500, maxRetryCount: 10, preferRoundRobin: true, checkpointAfter: 2000,
            maxCheckpointCount: 1000, minCheckpointCount: 10, maxSubscriberCount: 0, consumerStrategy: "RoundRobin")
        #expect(try self.wire() == expected)
    }

    @Test("managing persistent subscriptions sends every setting")
    func all() throws {
        let expected = PhotonPumpWire.PersistentSubscriptionSettings(
            resolveLinks: true, startFrom: 7, messageTimeout: 0, recordStatistics: true, liveBufferSize: 1,
            readBatchSize: 2, bufferSize: 3, maxRetryCount: 4, preferRoundRobin: false, checkpointAfter: 5,
            maxCheckpointCount: 6, minCheckpointCount: 5, maxSubscriberCount: 8, consumerStrategy: "Mine")
        let message = try self.wire {
            $0.resolveLinks = true
            $0.startFrom = 7
            $0.messageTimeout = nil
            $0.extraStatistics = true
            $0.liveBufferSize = 1
            $0.readBatchSize = 2
            $0.bufferSize = 3
            $0.maximumRetryCount = 4
            $0.checkpointAfter = .microseconds(4_001)
            $0.maximumCheckpointCount = 6
            $0.minimumCheckpointCount = 5
            $0.maximumSubscriberCount = 8
            $0.strategy = .named("Mine")
        }
        #expect(message == expected)
    }

    @Test("S52: managing persistent subscriptions spells the strategies as servers do")
    func strategies() throws {
        let names = try [Settings.Strategy.roundRobin, .dispatchToSingle, .pinned].map { strategy in
            try self.wire { $0.strategy = strategy }.consumerStrategy
        }
        #expect(names == ["RoundRobin", "DispatchToSingle", "Pinned"])
    }

    @Test(
        "managing persistent subscriptions refuses settings that can never work, by their names",
        arguments: [
            ("bufferSize 20 is not above readBatchSize 20", Self.settings { $0.bufferSize = 20 }),
            ("readBatchSize 0 is below 1", Self.settings { $0.readBatchSize = 0 }),
            ("liveBufferSize 0 is below 1", Self.settings { $0.liveBufferSize = 0 }),
            ("bufferSize 3000000000 is above 2147483647", Self.settings { $0.bufferSize = 3_000_000_000 }),
            ("maximumRetryCount -1 is below 0", Self.settings { $0.maximumRetryCount = -1 }),
            ("maximumSubscriberCount 0 is below 1", Self.settings { $0.maximumSubscriberCount = 0 }),
            ("startFrom -2 is below 0", Self.settings { $0.startFrom = .number(-2) }),
            ("messageTimeout 0 s is not above zero", Self.settings { $0.messageTimeout = .zero }),
            (
                "checkpointAfter 10000000 s is above 2147483.647 s",
                Self.settings { $0.checkpointAfter = .seconds(10_000_000) }
            ),
            (
                "minimumCheckpointCount 10 is above maximumCheckpointCount 9",
                Self.settings { $0.maximumCheckpointCount = 9 }
            ),
            ("strategy has no name", Self.settings { $0.strategy = .named("") }),
        ])
    func refused(problem: String, settings: PhotonPump.PersistentSubscriptionSettings) {
        let error = #expect(throws: PhotonPumpError.self) { try settings.checked(stream: "s") }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == "settings of a subscription: \(problem)")
    }

    @Test("managing persistent subscriptions tells what the server made of it")
    func answers() throws {
        typealias Reply = CreatePersistentSubscriptionCompleted
        let settings = try self.wire()
        let create = try ManageSubscription(.create(settings), group: "g", stream: "s")
        let update = try ManageSubscription(.update(settings), group: "g", stream: "s")
        let delete = try ManageSubscription(.delete, group: "g", stream: "s")
        for conversation in [create, update, delete] {
            #expect(conversation.received(Reply(result: .success)).error == nil)
            #expect(conversation.received(Reply(result: .accessDenied)).error?.code == .accessDenied)
            let failure = conversation.received(Reply(result: .fail, reason: "Bad stream name.")).error
            #expect(failure?.code == .serverError)
            #expect(failure?.serverMessage == "Bad stream name.")
            #expect(conversation.received(Reply(result: .init(rawValue: 9))).error?.code == .unexpectedReply)
        }
        #expect(create.received(Reply(result: .alreadyExists)).error?.code == .subscriptionExists)
        #expect(update.received(Reply(result: .doesNotExist)).error?.code == .subscriptionNotFound)
        let missing = delete.received(Reply(result: .doesNotExist)).error
        #expect(missing?.description == "delete subscription 'g' to 's': there is no such subscription")
    }

    @Test("managing persistent subscriptions knows its own work when the first answer was lost")
    func lostAnswer() throws {
        typealias Reply = CreatePersistentSubscriptionCompleted
        let delete = try ManageSubscription(.delete, group: "g", stream: "s")
        delete.lostAnswer()
        #expect(delete.received(Reply(result: .doesNotExist)).error == nil)
        let create = try ManageSubscription(.create(try self.wire()), group: "g", stream: "s")
        create.lostAnswer()
        let error = create.received(Reply(result: .alreadyExists)).error
        #expect(error?.code == .subscriptionExists)
        #expect(error?.message.hasSuffix("perhaps created by this call") == true)
    }

    @Test("managing persistent subscriptions refuses names and sizes that can never work")
    func names() throws {
        let long = String(repeating: "x", count: 40_000)
        for (group, stream) in [("", "s"), ("g", ""), (long, "s"), ("g", long)] {
            let error = #expect(throws: PhotonPumpError.self) {
                try ManageSubscription(.delete, group: group, stream: stream)
            }
            #expect(error?.code == .invalidArgument)
        }
        for size in [0, -1, 3_000_000_000] {
            let error = #expect(throws: PhotonPumpError.self) {
                try ConnectSubscription(group: "g", stream: "s", bufferSize: size)
            }
            #expect(error?.message == "bufferSize \(size) is not between 1 and 2147483647")
        }
    }
}
