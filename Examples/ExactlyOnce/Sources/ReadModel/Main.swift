import Foundation
import PhotonPump

/// Keeps a read model of all jumps up to date:
///
///     ReadModel URL DATABASE
@main
enum Main {
    static func main() async throws {
        guard CommandLine.arguments.count == 3 else {
            FileHandle.standardError.write(Data("usage: ReadModel URL DATABASE\n".utf8))
            exit(64)
        }
        let model = try HerdModel(path: CommandLine.arguments[2])
        try await withClient(CommandLine.arguments[1]) { client in
            let subscription = try await client.subscribeToAll(
                from: model.checkpoint() ?? .start, matching: .types(prefixedBy: "PonyJumped"))
            for try await message in subscription.messages {
                switch message {
                case .event(let event):
                    // Every event of $all has one. To skip an event without would be to lose it.
                    guard let position = event.position else { throw MissingPosition(event: "\(event)") }
                    try model.apply(event, at: position)
                case .checkpoint(let checkpoint):
                    try model.note(checkpoint)
                case .live, .fellBehind, .beyondEnd, .readsLag, .gap:
                    break
                }
            }
        }
    }
}

struct MissingPosition: Error {
    let event: String
}
