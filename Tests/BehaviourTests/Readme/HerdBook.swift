import Foundation
import PhotonPump

// What the article on services shows of a read model in a file.

actor HerdBook {
    private struct State: Codable {
        var names: Set<String> = []
        var last: Int64 = -1
    }

    private var state = State()
    private let path: String

    init(path: String) throws {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else { return }
        self.state = try JSONDecoder().decode(State.self, from: Data(contentsOf: URL(filePath: path)))
    }

    func record(_ event: ResolvedEvent) throws {
        // What came after the last checkpoint comes again, and may be
        // in the state already.
        guard event.received.number > self.state.last else { return }
        self.state.names.insert(try event.decode(PonyJumped.self).pony)
        self.state.last = event.received.number
    }

    func save() throws {
        try JSONEncoder().encode(self.state).write(to: URL(filePath: self.path), options: .atomic)
    }
}

struct HerdCheckpoint: CheckpointStore {
    let book: HerdBook
    let file: FileCheckpointStore<Int64>

    func load() async throws -> SubscriptionStart<Int64>? {
        try await self.file.load()
    }

    func save(_ checkpoint: SubscriptionStart<Int64>) async throws {
        try await self.book.save()
        try await self.file.save(checkpoint)
    }
}

extension HerdBook {
    var names: Set<String> { self.state.names }
}
