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

    @OptionGroup var target: GroupCommand.Target
    @Option(help: ArgumentHelp("The most unacknowledged events to hold at a time.", valueName: "n"))
    var buffer = 10
    @Option(help: ArgumentHelp("The most events to handle at once.", valueName: "n"))
    var workers = 1
    @Option(help: ArgumentHelp("Refuse each event instead of acknowledging it.", valueName: "action"))
    var nack: Refusal?
    @Option(
        name: [.long, .customLong("limit")],
        help: ArgumentHelp("Stop after this many events. (default: never)", valueName: "n"))
    var count: Int?
    @OptionGroup var printing: PrintingOptions
    @OptionGroup var shared: SharedOptions<Pump>

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
        try check("buffer", self.buffer, in: 1...)
        try check("workers", self.workers, in: 1...)
        try check("count", self.count, in: 1...)
    }

    func advice(for error: PhotonPumpError) -> String? {
        guard error.code == .subscriptionNotFound else { return nil }
        let (stream, group) = (shellWord(self.target.stream), shellWord(self.target.group))
        return "pump group create \(stream) \(group) creates it, --from start for the events that are there already"
    }

    func run(with client: Client, json: Bool) async throws {
        let subscription = try await client.connectSubscription(
            self.target.group, to: self.target.stream, bufferSize: self.buffer)
        let progress = ProgressLine()
        try await progress.show {
            "\(subscription.status.phase), \(subscription.status.inFlight) in flight"
        } during: {
            try await self.consume(subscription, progress)
        }
    }

    private func consume(_ subscription: PersistentSubscription, _ progress: ProgressLine) async throws {
        let (nack, limit) = (self.nack, self.count ?? .max)
        let printer = EventPrinter(self.printing.style(self.options), isPrompt: true, progress: progress)
        let begun = Atomic(0)
        do {
            try await subscription.process(
                maxConcurrent: self.workers,
                onError: { error, _ in
                    guard let refused = error as? Refused else { throw error }
                    return refused.action
                },
                handler: { event in
                    let number = begun.wrappingAdd(1, ordering: .relaxed).newValue
                    if number > limit { throw Enough() }
                    try printer.print(event.resolved)
                    if number == limit { subscription.stop() }
                    if let nack { throw Refused(action: nack.action) }
                }
            )
        } catch let error as HandlerError where error.underlying is Enough {}
    }

    /// What a handler throws to have its event refused.
    private struct Refused: Error, CustomStringConvertible {
        let action: PersistentSubscription.RefusalAction
        var description: String { "pump consume --nack" }
    }

    /// What a handler throws when its event is one too many, which is left to other consumers.
    private struct Enough: Error {}
}
