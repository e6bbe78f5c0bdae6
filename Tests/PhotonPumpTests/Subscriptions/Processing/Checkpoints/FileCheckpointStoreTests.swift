import Foundation
import PhotonPump
import Testing

@Suite("Checkpoints in files")
struct FileCheckpointStoreTests {
    /// Runs `body` with a path in a directory of its own.
    private static func withPath(_ body: (String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory.appendingPathComponent("ponies.checkpoint").path)
    }

    private static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private static func error(_ body: () async throws -> Void) async throws -> PhotonPumpError {
        do {
            try await body()
        } catch {
            return try #require(error as? PhotonPumpError)
        }
        throw Unexpected()
    }

    private struct Unexpected: Error {}

    @Test(
        "checkpoints in files are there again, in another store too",
        arguments: [SubscriptionStart<Int64>.start, .end, .after(.max), .from(7)])
    func numbers(checkpoint: SubscriptionStart<Int64>) async throws {
        try await Self.withPath { path in
            let store = FileCheckpointStore<Int64>(path: path)
            let before = try await store.load()
            #expect(before == nil)
            try await store.save(.after(1))
            try await store.save(checkpoint)
            let after = try await FileCheckpointStore<Int64>(path: path).load()
            #expect(after == checkpoint)
        }
    }

    @Test("checkpoints in files hold positions")
    func positions() async throws {
        try await Self.withPath { path in
            let store = FileCheckpointStore<Position>(path: path)
            let checkpoint = SubscriptionStart.after(Position(commit: .max, prepare: .max - 1))
            try await store.save(checkpoint)
            let loaded = try await store.load()
            #expect(loaded == checkpoint)
        }
    }

    @Test("checkpoints in files are the old ones when the program died before the new one took its place")
    func killedBetween() async throws {
        try await Self.withPath { path in
            let store = FileCheckpointStore<Int64>(path: path)
            try await store.save(.after(1))
            for leftOver in [
                "", "{\"after\":99", "{\"after\":99,\"format\":1}", String(repeating: "x", count: 9_999),
            ] {
                try Self.write(leftOver, to: path + ".new")
                let loaded = try await store.load()
                #expect(loaded == .after(1))
            }
            try await store.save(.after(2))
            let loaded = try await store.load()
            #expect(loaded == .after(2))
            #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        }
    }

    @Test(
        "checkpoints in files are not what other files hold, which are named and left alone",
        arguments: [
            "", "hello", "7", "{}", #"{"after":"7","format":1}"#, #"{"after":7}"#, #"{"format":1}"#,
            #"{"at":"home","format":1}"#, #"{"after":7,"at":"end","format":1}"#,
            // What JSONDecoder takes for JSON: a comma too many, a mark in front, and UTF-16.
            #"{"after":7,"format":1,}"#, "\u{FEFF}" + #"{"after":7,"format":1}"#,
            #"{"after":7,"format":1}"#.map { "\($0)\0" }.joined(),
            String(repeating: "{", count: 100_000),
        ])
    func others(content: String) async throws {
        try await Self.withPath { path in
            try Self.write(content, to: path)
            let store = FileCheckpointStore<Int64>(path: path)
            let error = try await Self.error { _ = try await store.load() }
            #expect(error.code == .unreadableCheckpoint)
            #expect("\(error)".contains(path))
            // Not Data(contentsOf:), which leaks its buffer when there is nothing in the file.
            let file = try #require(FileHandle(forReadingAtPath: path))
            #expect(try file.readToEnd() ?? Data() == Data(content.utf8))
        }
    }

    @Test(
        "checkpoints in files look as the documentation says, now and in later versions",
        arguments: [
            (#"{"after":41,"format":1}"#, SubscriptionStart<Int64>.after(41)), (#"{"format":1,"from":0}"#, .from(0)),
            (#"{"at":"start","format":1}"#, .start), (#"{"at":"end","format":1}"#, .end),
        ])
    func format(text: String, checkpoint: SubscriptionStart<Int64>) async throws {
        try await Self.withPath { path in
            let store = FileCheckpointStore<Int64>(path: path)
            try Self.write(text, to: path)
            let loaded = try await store.load()
            #expect(loaded == checkpoint)
            try await store.save(checkpoint)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        }
    }

    @Test("checkpoints in files of $all are written as positions")
    func positionFormat() async throws {
        try await Self.withPath { path in
            try await FileCheckpointStore<Position>(path: path).save(.after(Position(commit: 7, prepare: 5)))
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text == #"{"after":{"commit":7,"prepare":5},"format":1}"#)
        }
    }

    @Test("checkpoints in files of a later format are refused, and the format is named")
    func laterFormat() async throws {
        try await Self.withPath { path in
            try Self.write(#"{"after":41,"format":2,"of":"ponies"}"#, to: path)
            let error = try await Self.error { _ = try await FileCheckpointStore<Int64>(path: path).load() }
            #expect(error.code == .unreadableCheckpoint)
            #expect("\(error)".contains("its format is 2"), "\(error)")
            #expect("\(error)".contains(path))
        }
    }

    @Test("checkpoints in files of $all are not those of a stream")
    func otherPlaces() async throws {
        try await Self.withPath { path in
            try await FileCheckpointStore<Position>(path: path).save(.after(Position(commit: 1, prepare: 1)))
            let error = try await Self.error { _ = try await FileCheckpointStore<Int64>(path: path).load() }
            #expect(error.code == .unreadableCheckpoint)
        }
    }

    @Test("checkpoints in files are missed where there is no directory, or where one has their name")
    func directories() async throws {
        try await Self.withPath { path in
            let nowhere = FileCheckpointStore<Int64>(path: path + "/missing/file")
            let unloaded = try await Self.error { _ = try await nowhere.load() }
            #expect(unloaded.code == .unreadableCheckpoint)
            #expect("\(unloaded)".contains("'\(nowhere.path)' cannot be read: No such file or directory"))
            let unsaved = try await Self.error { try await nowhere.save(.start) }
            #expect(unsaved.code == .checkpointNotSaved)
            #expect("\(unsaved)".contains("'\(nowhere.path)' cannot be written: No such file or directory"))

            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let directory = FileCheckpointStore<Int64>(path: path)
            #expect(try await Self.error { _ = try await directory.load() }.code == .unreadableCheckpoint)
            #expect(try await Self.error { try await directory.save(.start) }.code == .checkpointNotSaved)
        }
    }

    /// What somebody else may have put in the place of a file.
    enum Impostor: String, CaseIterable {
        case pipe, linkToFile, linkToNothing

        func create(at path: String, beside other: String) throws {
            switch self {
            case .pipe: try #require(mkfifo(path, 0o600) == 0)
            case .linkToFile: try #require(symlink(other, path) == 0)
            case .linkToNothing: try #require(symlink(other + ".missing", path) == 0)
            }
        }
    }

    @Test(
        "checkpoints in files are neither read from nor written to what is no file", .timeLimit(.minutes(1)),
        arguments: Impostor.allCases)
    func impostors(_ impostor: Impostor) async throws {
        try await Self.withPath { path in
            let other = path + ".other"
            try Self.write("{\"after\":99,\"format\":1}", to: other)
            try impostor.create(at: path, beside: other)
            let store = FileCheckpointStore<Int64>(path: path)
            #expect(try await Self.error { _ = try await store.load() }.code == .unreadableCheckpoint)
            #expect(try await Self.error { try await store.save(.after(1)) }.code == .checkpointNotSaved)
            #expect(try String(contentsOfFile: other, encoding: .utf8) == "{\"after\":99,\"format\":1}")
            #expect(!FileManager.default.fileExists(atPath: other + ".missing"))
            var status = stat()
            #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG, "it is replaced")
        }
    }

    @Test(
        "checkpoints in files remove what has the name of the new file, unopened", .timeLimit(.minutes(1)),
        arguments: Impostor.allCases)
    func newImpostors(_ impostor: Impostor) async throws {
        try await Self.withPath { path in
            let other = path + ".other"
            try Self.write("mine", to: other)
            try impostor.create(at: path + ".new", beside: other)
            let store = FileCheckpointStore<Int64>(path: path)
            try await store.save(.after(1))
            #expect(try await store.load() == .after(1))
            #expect(try String(contentsOfFile: other, encoding: .utf8) == "mine")
            #expect(!FileManager.default.fileExists(atPath: other + ".missing"))
        }
    }

    @Test("checkpoints in files are for their owner alone")
    func mode() async throws {
        try await Self.withPath { path in
            try Self.write("{\"after\":1,\"format\":1}", to: path)
            try await FileCheckpointStore<Int64>(path: path).save(.after(2))
            var status = stat()
            try #require(lstat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test("checkpoints in files stay as they were when saving fails")
    func failedSave() async throws {
        try await Self.withPath { path in
            let store = FileCheckpointStore<Int64>(path: path)
            try await store.save(.after(1))
            try FileManager.default.createDirectory(atPath: path + ".new", withIntermediateDirectories: false)
            #expect(try await Self.error { try await store.save(.after(2)) }.code == .checkpointNotSaved)
            let loaded = try await store.load()
            #expect(loaded == .after(1))
        }
    }
}
