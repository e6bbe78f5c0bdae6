import PhotonPumpTransport
import PhotonPumpWire
import Synchronization

@testable import PhotonPump

/// A conversation of each kind, with answers of all kinds, losses, cancellation and the end of its time: there is exactly
/// one outcome.
enum Exchanges {
    private static let ids = (0..<4).map { GUID(UInt64($0), 9) }

    /// How a conversation becomes an exchange whose outcomes are counted.
    private struct Counted: Sendable {
        let exchange: Exchange
        let outcomes: @Sendable () -> Int
    }

    private static let kinds: [@Sendable () throws -> Counted] = [
        { Self.counted(SendPing()) }, { Self.counted(Authenticate()) }, { Self.counted(Scavenge()) },
        { Self.counted(AskForRole()) }, { Self.counted(Subscribe(target: "s", resolveLinks: true)) },
        { Self.counted(Subscribe(target: "", resolveLinks: false, filter: nil, checkpointInterval: 3)) },
        { Self.counted(try ConnectSubscription(group: "g", stream: "s", bufferSize: 5)) },
        { Self.counted(try Delete("s", expecting: .any, isHard: false, requireMaster: true)) },
        { Self.counted(try StartTransaction("s", expecting: .noStream, requireMaster: true)) },
        { Self.counted(CommitTransaction(7, on: "s", expecting: nil, requireMaster: false)) },
        { Self.counted(SearchStream("s", from: -1)) },
        {
            let message = ReadEvent(stream: "s", eventNumber: -1, resolveLinks: true, requireMaster: false)
            return Self.counted(ReadOneEvent(message: message))
        },
        { Self.counted(Self.reading(.forward)) }, { Self.counted(Self.reading(.backward)) },
        {
            let message = ReadAllEvents(
                commitPosition: 5, preparePosition: 5, maxCount: 10, resolveLinks: false, requireMaster: false)
            return Self.counted(ReadLog(direction: .forward, message: message))
        },
        { Self.counted(try Publish([Self.event], to: "s", expecting: .any, limits: Self.limits)) },
        { Self.counted(try Publish([Self.event], to: "s", expecting: .version(3), limits: Self.limits)) },
        {
            Self.counted(
                try WriteToTransaction([Self.event], to: 7, on: "s", requireMaster: true, limits: Self.limits))
        },
        { Self.counted(try ManageSubscription(.create(Self.settings()), group: "g", stream: "s")) },
        { Self.counted(try ManageSubscription(.update(Self.settings()), group: "g", stream: "s")) },
        { Self.counted(try ManageSubscription(.delete, group: "g", stream: "s")) },
    ]

    private static let limits = WriteLimits(maximumFrameSize: 64 << 20)
    private static var event: NewEvent { NewEvent(type: "t", data: Payload("x"), isJSON: false) }
    private static func settings() throws -> PhotonPumpWire.PersistentSubscriptionSettings {
        try PhotonPump.PersistentSubscriptionSettings().checked(stream: "s")
    }

    private static func reading(_ direction: Direction) -> ReadStream {
        let message = ReadStreamEvents(stream: "s", from: 5, maxCount: 10, resolveLinks: false, requireMaster: false)
        return ReadStream(direction: direction, message: message)
    }

    private static func counted<C: Conversation>(_ conversation: C) -> Counted {
        let count = Mutex(0)
        let terms = CallTerms(until: Environment.Instant(elapsed: .seconds(5)), as: nil, .system)
        let exchange = Exchange(conversation, id: self.ids[0], terms: terms) { _ in count.withLock { $0 += 1 } }
        return Counted(exchange: exchange) { count.withLock { $0 } }
    }

    static func run(_ choices: inout Choices) {
        guard let counted = try? choices.element(of: self.kinds)() else { report("no conversation") }
        let exchange = counted.exchange
        for round in 0... {
            check(counted.outcomes() == 0, "an outcome before the end")
            exchange.history.sent()
            switch choices.number(below: 16) {
            case 0: _ = exchange.lostAnswer()
            case 1: if !exchange.answerWasTooLarge(bytes: choices.number(below: 256) << 10) { exchange.fail(Self.lost) }
            case 2: exchange.cancel()
            case 3: exchange.fail(Self.lost)
            default:
                let verdict = exchange.received(self.package(for: exchange, &choices), from: "h:1")
                if case .over = verdict { break }
                check(counted.outcomes() == 0, "\(verdict), and there is an outcome")
            }
            if counted.outcomes() > 0 { break }
            if choices.isEmpty || round > 20 {
                exchange.fail(PhotonPumpError(.timedOut, "no answer"))
                break
            }
        }
        check(counted.outcomes() == 1, "\(counted.outcomes()) outcomes")
    }

    private static var lost: PhotonPumpError { PhotonPumpError(.connectionLost, "lost") }

    private static func package(for exchange: Exchange, _ choices: inout Choices) -> Package {
        let usual = exchange.conversation.replyCommand
        let others: [Command] = [.notHandled, .badRequest, .notAuthenticated, .pong, Command(rawValue: choices.byte())]
        let command = choices.byte() < 180 ? usual : choices.element(of: others)
        return Package(command, self.ids[0], payload: Bytes(copying: choices.bytes(atMost: choices.number(below: 256))))
    }
}
