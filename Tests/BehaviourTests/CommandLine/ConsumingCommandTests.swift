import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

@Suite("pump consume", .timeLimit(.minutes(1)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct ConsumingCommandTests {
    private static let parked = "$persistentsubscription-ponies::herd-parked"

    /// Runs `body` with a persistent subscription `herd` to so many events.
    private static func withHerd(_ count: Int, _ body: (PumpStage) async throws -> Void) async throws {
        try await PumpStage.run { stage in
            try await stage.write(0..<count)
            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            try await stage.client.createSubscription("herd", to: "ponies", settings: settings)
            try await body(stage)
        }
    }

    /// The numbers of all events that the next consumer is given, the last of which is written for it.
    private static func left(_ stage: PumpStage, behind count: Int) async throws -> [Int] {
        let last = Int(try await stage.write(count..<(count + 1)).lastEventNumber)
        let herd = try await stage.client.connectSubscription("herd", to: "ponies")
        var numbers: [Int] = []
        for try await event in herd.events {
            numbers.append(Int(event.number))
            herd.ack(event)
            if numbers.last == last { break }
        }
        return numbers
    }

    /// The numbers of the events in the lines of `pump`.
    private static func numbers(_ lines: [String]) -> [Int] {
        lines.compactMap { Int($0.prefix { $0 != "@" }) }
    }

    @Test("pump consume prints what is there and what is written later, ends after so many, and acknowledges them")
    func counted() async throws {
        try await Self.withHerd(2) { stage in
            let pump = try stage.start("consume", "ponies", "herd", "--count", "4", "--buffer", "1")
            try await pump.lines(2)
            try await stage.write(2..<5)
            let outcome = try await pump.outcome()
            #expect(outcome.isFine)
            #expect(outcome.output == (0..<4).map { PumpStage.line($0) })
            #expect(try await Self.left(stage, behind: 5) == [4, 5])
        }
    }

    @Test("pump consume says how a persistent subscription that does not exist is created, in words for a shell")
    func missing() async throws {
        try await PumpStage.run { stage in
            let outcome = try await stage.run("consume", "the pony's", "herd")
            let command = #"; pump group create 'the pony'\''s' herd creates it"#
            #expect(outcome.isFailure(saying: command), "\(outcome.errors)")
        }
    }

    @Test("pump consume with several workers prints exactly so many events, and leaves all others to the next consumer")
    func workers() async throws {
        try await Self.withHerd(40) { stage in
            let outcome = try await stage.run(
                "consume", "ponies", "herd", "--count", "13", "--workers", "4", "--buffer", "10")
            #expect(outcome.isFine)
            #expect(outcome.output.count == 13)
            let printed = Set(Self.numbers(outcome.output))
            #expect(printed.count == 13)
            #expect(Set(try await Self.left(stage, behind: 40)) == Set(0...40).subtracting(printed))
        }
    }

    @Test("pump consume takes no more events than its buffer holds")
    func buffer() async throws {
        try await Self.withHerd(9) { stage in
            let held = try await stage.client.connectSubscription("herd", to: "ponies", bufferSize: 9)
            var events = held.events.makeAsyncIterator()
            _ = try await events.next()
            // The server has pushed all of them, and has none for anybody else.
            let pump = try await stage.start(
                "consume", "ponies", "herd", "--buffer", "3", awaiting: .connectToPersistentSubscription)
            let info = try await stage.client.subscriptionInfo("herd", to: "ponies", httpPort: Int(stage.httpPort) ?? 0)
            let consumers = try members(info.json.text)["connections"] as? [[String: Any]]
            let slots = try #require(consumers).compactMap { $0["availableSlots"] as? Int }
            #expect(slots.sorted() == [0, 3])
            pump.send(SIGTERM)
            #expect(try await pump.outcome().isInterrupted)
        }
    }

    @Test("pump consume with --json prints an object per event")
    func json() async throws {
        try await Self.withHerd(2) { stage in
            let outcome = try await stage.run("consume", "ponies", "herd", "--count", "2", "--json")
            #expect(outcome.isFine)
            let events = try outcome.output.map(members)
            #expect(events.map { $0["number"] as? Int } == [0, 1])
            let keys = ["stream", "number", "id", "type", "isJson", "data", "metadata", "created", "position", "link"]
            for event in events {
                #expect(Set(event.keys) == Set(keys))
                #expect(event["stream"] as? String == "ponies")
                #expect(event["link"] is NSNull)
            }
        }
    }

    @Test("pump consume with --nack park has the events parked")
    func park() async throws {
        try await Self.withHerd(3) { stage in
            let outcome = try await stage.run("consume", "ponies", "herd", "--count", "3", "--nack", "park")
            #expect(outcome.isFine)
            #expect(outcome.output == (0..<3).map { PumpStage.line($0) })
            #expect(try await Self.left(stage, behind: 3) == [3])
            var parked: [Int64] = []
            for try await event in stage.client.iter(Self.parked, resolveLinks: true) {
                #expect(event.event?.stream == "ponies")
                parked += event.event.map { [$0.number] } ?? []
            }
            #expect(parked == [0, 1, 2])
        }
    }

    @Test("pump consume with --nack skip has the events forgotten", arguments: ["skip", "stop"])
    func skip(refusal: String) async throws {
        try await Self.withHerd(3) { stage in
            let outcome = try await stage.run(
                "consume", "ponies", "herd", "--count", "3", "--workers", "2", "--nack", refusal)
            #expect(outcome.isFine)
            #expect(Set(Self.numbers(outcome.output)) == [0, 1, 2])
            #expect(try await Self.left(stage, behind: 3) == [3])
            let nobody = try await failure { try await stage.client.get(Self.parked) }
            #expect(nobody.code == .streamNotFound)
        }
    }

    @Test("pump consume with --nack retry is given the events again, and so is the next consumer")
    func retry() async throws {
        try await Self.withHerd(2) { stage in
            let outcome = try await stage.run("consume", "ponies", "herd", "--count", "4", "--nack", "retry")
            #expect(outcome.isFine)
            #expect(Self.numbers(outcome.output).sorted() == [0, 0, 1, 1])
            #expect(Set(try await Self.left(stage, behind: 2)) == [0, 1, 2])
        }
    }

    @Test(
        "pump consume acknowledges what it has printed when it is interrupted, and nothing else",
        arguments: [SIGINT, SIGTERM])
    func interrupted(signal: CInt) async throws {
        try await Self.withHerd(400) { stage in
            let leaving = try await stage.leaving()
            let pump = try stage.start("consume", "ponies", "herd", "--workers", "3", "--buffer", "20")
            try await pump.lines(1)
            pump.send(signal)
            let outcome = try await pump.outcome()
            #expect(outcome.isInterrupted)
            let printed = Set(Self.numbers(outcome.output))
            #expect(printed.count == outcome.output.count)
            #expect(leaving.effectCount == 1)
            #expect(Set(try await Self.left(stage, behind: 400)) == Set(0...400).subtracting(printed))
        }
    }

    @Test("pump consume acknowledges the event that it is just printing when it is interrupted")
    func printing() async throws {
        try await Self.withHerd(0) { stage in
            // Far more than a pipe holds.
            let text = String(repeating: "x", count: 300_000)
            let event = NewEvent(type: "Song", data: Payload("\"\(text)\""), isJSON: true)
            try await stage.client.publish(
                [event, NewEvent(type: "Song", data: event.data, isJSON: true)], to: "ponies")
            let pump = try stage.start("consume", "ponies", "herd", "--json", isHeldUp: true)
            #expect(try await pump.prints("{"))
            pump.send(SIGINT)
            pump.readOn()
            let outcome = try await pump.outcome()
            #expect(outcome.isInterrupted)
            let printed = try outcome.output.map(members)
            #expect(printed.allSatisfy { $0["data"] as? String == text })
            // The signal may have come late, and the second event be printed as well.
            let numbers = printed.compactMap { $0["number"] as? Int }
            #expect(numbers.first == 0)
            #expect(Set(try await Self.left(stage, behind: 2)) == Set(0...2).subtracting(numbers))
        }
    }

    @Test("pump consume fails in one line where there is nothing to consume, and when there is nothing any more")
    func failing() async throws {
        try await Self.withHerd(1) { stage in
            let missing = try await stage.run("consume", "ponies", "flock")
            #expect(missing.isFailure(saying: "'flock'", "'ponies'"))
            let pump = try stage.start("consume", "ponies", "herd")
            try await pump.lines(1)
            try await stage.client.deleteSubscription("herd", to: "ponies")
            let deleted = try await pump.outcome()
            #expect(deleted.isFailure(saying: "'herd'", "'ponies'"))
            #expect(deleted.output == [PumpStage.line(0)])
        }
    }

    @Test(
        "pump consume is told what is wrong with its arguments",
        arguments: [
            (["ponies"], "<group>"), (["ponies", "herd", "--count", "0"], "--count"),
            (["ponies", "herd", "--workers", "0"], "--workers"), (["ponies", "herd", "--buffer", "0"], "--buffer"),
            (["ponies", "herd", "--nack", "bite"], "bite"),
        ])
    func misuse(arguments: [String], words: String) async throws {
        #expect(try await PumpProcess.run(["consume"] + arguments).isMisuse(saying: words))
    }
}
