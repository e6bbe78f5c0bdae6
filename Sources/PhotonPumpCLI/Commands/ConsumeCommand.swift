import ArgumentParser
import PhotonPump
import Synchronization

/// `pump consume`
struct ConsumeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "consume",
        abstract: "Print the events of a persistent subscription, and acknowledge them.",
        discussion: """
            Runs until SIGINT or SIGTERM, or until --count events have been printed; then it acknowledges what it has \
            printed, and leaves the rest to other consumers.

            With --nack, it refuses each event instead. The server then puts the event aside (park), delivers it again \
            (retry), or treats it as handled (skip). Stop has the same effect as skip: servers do not stop anything.
            """
    )

    @ParentCommand var parent: Pump
    @OptionGroup var global: GlobalOptions

    @Argument(help: "The stream whose events the persistent subscription delivers.")
    var stream: String
    @Argument(help: "The name of the persistent subscription.")
    var group: String
    @Option(help: "The most unacknowledged events to hold at a time.")
    var buffer = 10
    @Option(help: "The most events to handle at once.")
    var workers = 1
    @Option(help: "Refuse each event instead of acknowledging it.")
    var nack: Refusal?
    @Option(help: "Stop after this many events. (default: never)")
    var count: Int?

    enum Refusal: String, ExpressibleByArgument, CaseIterable {
        case park, retry, skip, stop

        var action: PersistentSubscription.RefusalAction {
            switch self {
            case .park: .park
            case .retry: .retry
            case .skip: .skip
            case .stop: .stop
            }
        }
    }

    func validate() throws {
        for (name, value) in [("buffer", self.buffer), ("workers", self.workers), ("count", self.count ?? 1)]
        where value < 1 {
            throw ValidationError("--\(name) must be at least 1")
        }
    }

    func run(with client: Client, json: Bool) async throws {
        let subscription = try await client.connectSubscription(
            self.group, to: self.stream, bufferSize: self.buffer)
        try await self.consume(subscription, json: json)
    }

    private func consume(_ subscription: PersistentSubscription, json: Bool) async throws {
        let tally = Tally(limit: self.count ?? .max)
        let progress = ProgressLine()
        try await progress.show {
            "\(subscription.status.phase), \(subscription.status.inFlight) in flight"
        } during: {
            try await self.consume(subscription, json: json, tally, progress)
        }
    }

    private func consume(
        _ subscription: PersistentSubscription, json: Bool, _ tally: Tally, _ progress: ProgressLine
    ) async throws {
        let (nack, isLine) = (self.nack, !json)
        do {
            try await subscription.process(
                maxConcurrent: self.workers,
                onError: { error, _ in
                    guard let refused = error as? Refused else { throw error }
                    return refused.action
                },
                handler: { event in
                    guard let isLast = tally.add() else { throw Enough() }
                    try progress.printEvent(
                        isLine ? EventOutput.text(event.resolved) : "\(EventOutput.json(event.resolved))")
                    if isLast { subscription.stop() }
                    if let nack { throw Refused(action: nack.action) }
                }
            )
        } catch is Enough {}
    }

    /// What a handler throws to have its event refused.
    private struct Refused: Error, CustomStringConvertible {
        let action: PersistentSubscription.RefusalAction
        var description: String { "pump consume --nack" }
    }

    /// What a handler throws when its event is one too many, which is left to other consumers.
    private struct Enough: Error {}
}

/// Counts events up to a limit.
private final class Tally: Sendable {
    private let limit: Int
    private let count = Atomic(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: whether this is the last one; nil when it is one too many.
    func add() -> Bool? {
        let count = self.count.wrappingAdd(1, ordering: .relaxed).newValue
        return count > self.limit ? nil : count == self.limit
    }
}
