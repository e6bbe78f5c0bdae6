import Dispatch
import Foundation
import PhotonPump

/// `Chat NAME [ROOM]`: shows what was said in a room last, and from now on, and says what is typed.
///
/// A room is a stream. At the end of the input one leaves it, and the program ends when it has seen that itself.
@main
struct Chat {
    let client: Client
    let room: String
    let who: String

    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        guard let who = arguments.first, arguments.count < 3 else {
            print("usage: Chat NAME [ROOM]")
            exit(64)
        }
        let room = arguments.dropFirst().first ?? "stable"
        do {
            let environment = ProcessInfo.processInfo.environment
            try await withClient(.init(environment: environment)) { client in
                try await Chat(client: client, room: "chat-\(room)", who: who).run()
            }
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }

    private func run() async throws {
        let events = try await self.client.subscribe(to: self.room, from: self.beginning()).events
        try await self.publish(Joined(who: self.who))
        let farewell = try ChatEvent.types.newEvent(Left(who: self.who), id: UUID())
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.sayWhatIsTyped(until: farewell) }
            group.addTask { try await self.show(events, until: farewell) }
        }
    }

    private func show(_ events: SubscriptionEvents<Int64>, until farewell: NewEvent) async throws {
        for try await event in events {
            if let event = try event.decoded(by: ChatEvent.types).get() {
                // Unlike print, at once, also when somebody collects it.
                FileHandle.standardOutput.write(Data("\(event.line)\n".utf8))
            }
            if event.id == farewell.id { break }
        }
    }

    /// The last ten events, at the time of the call.
    private func beginning() async throws -> SubscriptionStart<Int64> {
        let last = try await self.client.lastEventNumber(of: self.room) ?? 0
        return .from(max(0, last - 9))
    }

    private func sayWhatIsTyped(until farewell: NewEvent) async throws {
        while let line = await Typing.nextLine() {
            if !line.isEmpty { try await self.publish(Said(who: self.who, text: line)) }
        }
        try await self.client.publishEvent(farewell, to: self.room)
    }

    private func publish(_ event: some Encodable) async throws {
        try await self.client.publishEvent(ChatEvent.types.newEvent(event), to: self.room)
    }
}

private enum Typing {
    private static let queue = DispatchQueue(label: "typing")

    /// Waits for a line on a queue of its own, so that no thread is blocked which other tasks need; nil at the end.
    static func nextLine() async -> String? {
        await withCheckedContinuation { continuation in
            self.queue.async { continuation.resume(returning: readLine()) }
        }
    }
}
