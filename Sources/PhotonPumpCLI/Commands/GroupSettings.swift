import ArgumentParser
import PhotonPump

/// The settings of a persistent subscription, as options.
struct GroupSettings: ParsableArguments {
    @Flag(help: "Deliver the events that links point to, along with the links.")
    var resolveLinks = false
    @Option(
        help: ArgumentHelp("Where to begin: start, end or an event's number. (default: end)", valueName: "place"),
        transform: Self.position)
    var from = StreamPosition.end
    @Option(
        help: ArgumentHelp(
            "How long to wait for an acknowledgement before an event is delivered again; 0 for ever.",
            valueName: "seconds"))
    var messageTimeout = 30.0
    @Flag(help: "Keep latency statistics.")
    var statistics = false
    @Option(help: ArgumentHelp("The server's buffer for new events.", valueName: "n"))
    var liveBuffer = 500
    @Option(help: ArgumentHelp("Past events that the server reads at once.", valueName: "n"))
    var readBatch = 20
    @Option(help: ArgumentHelp("The server's buffer for past events; more than --read-batch.", valueName: "n"))
    var buffer = 500
    @Option(help: ArgumentHelp("How often an event is delivered again before it is parked.", valueName: "n"))
    var maxRetries = 10
    @Option(help: ArgumentHelp("How often the server considers writing a checkpoint.", valueName: "seconds"))
    var checkpointAfter = 2.0
    @Option(help: ArgumentHelp("The fewest handled events for such a checkpoint.", valueName: "n"))
    var minCheckpoint = 10
    @Option(help: ArgumentHelp("Handled events after which a checkpoint is written without waiting.", valueName: "n"))
    var maxCheckpoint = 1000
    @Option(help: ArgumentHelp("The most consumers at a time; 0 for any number.", valueName: "n"))
    var maxSubscribers = 0
    @Option(
        help: ArgumentHelp(
            "How the server chooses a consumer: round-robin, dispatch-to-single, pinned, or another name that it knows.",
            valueName: "name"))
    var strategy = "round-robin"

    var value: PersistentSubscriptionSettings {
        var settings = PersistentSubscriptionSettings()
        settings.resolveLinks = self.resolveLinks
        settings.startFrom = self.from
        settings.messageTimeout = self.messageTimeout == 0 ? nil : .seconds(self.messageTimeout)
        settings.extraStatistics = self.statistics
        settings.liveBufferSize = self.liveBuffer
        settings.readBatchSize = self.readBatch
        settings.bufferSize = self.buffer
        settings.maximumRetryCount = self.maxRetries
        settings.checkpointAfter = .seconds(self.checkpointAfter)
        settings.minimumCheckpointCount = self.minCheckpoint
        settings.maximumCheckpointCount = self.maxCheckpoint
        settings.maximumSubscriberCount = self.maxSubscribers == 0 ? nil : self.maxSubscribers
        settings.strategy =
            switch self.strategy {
            case "round-robin": .roundRobin
            case "dispatch-to-single": .dispatchToSingle
            case "pinned": .pinned
            default: .named(self.strategy)
            }
        return settings
    }

    func validate() throws {
        // What is not finite, or far too large, is no duration.
        for (name, seconds) in [
            ("message-timeout", self.messageTimeout), ("checkpoint-after", self.checkpointAfter),
        ] where !(0...2_000_000).contains(seconds) {
            throw ValidationError("--\(name) must be between 0 and 2000000 seconds")
        }
    }

    private static func position(_ text: String) throws -> StreamPosition {
        switch text {
        case "start": return .start
        case "end": return .end
        default:
            guard let number = Int64(text), number >= 0 else {
                throw ValidationError("'\(text)' is not an event number")
            }
            return .number(number)
        }
    }
}
