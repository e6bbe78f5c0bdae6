import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

@Suite("The documentation", .timeLimit(.minutes(1)))
struct ReadmeTests {
    private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let catalogues = [
        "Sources/PhotonPump/PhotonPump.docc", "Sources/EmbeddedEventStore/EmbeddedEventStore.docc",
        "Sources/PhotonPumpTesting/PhotonPumpTesting.docc", "Sources/PhotonPumpAdmin/PhotonPumpAdmin.docc",
    ]

    @Test("the documentation shows in the README only Swift that is compiled here, line for line")
    func readmeIsCompiled() throws {
        #expect(try Self.checkSnippets(of: Self.root.appendingPathComponent("README.md")) >= 6)
    }

    @Test("the documentation shows in articles only Swift that is compiled here, line for line", arguments: catalogues)
    func articlesAreCompiled(catalogue: String) throws {
        let articles = try FileManager.default.contentsOfDirectory(
            at: Self.root.appendingPathComponent(catalogue), includingPropertiesForKeys: nil)
        #expect(try articles.map(Self.checkSnippets).reduce(0, +) >= 1)
    }

    @Test("the documentation's examples work")
    func snippetsWork() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient("\(server.connectionString)?operationTimeout=50s", logger: .silent) { client in
                let jump = PonyJumped(pony: "Derpy Hooves", height: 10)
                try await client.publishEvent(to: "ponies", type: "PonyJumped", body: jump)
                let snippets = Snippets()
                try await snippets.writing(client)
                try await snippets.conflict(client, [NewEvent(type: "t", data: [1], isJSON: false)])
                try await snippets.sequence(client)
                try await snippets.reading(client)
                try await snippets.readingAll(client)
                let following = Task { try await snippets.checkpoints(client) }
                for try await _ in try await client.subscribe(to: "herd-checkpoint", from: .start).events { break }
                following.cancel()
                await #expect(throws: CancellationError.self) { try await following.value }
                try await snippets.terms(client, Credentials(username: "ops", password: "changeit"))
                let event = NewEvent(type: "t", data: [2], isJSON: false)
                try await snippets.streams(client, [event], [event])
            }
        }
    }

    /// - Returns: how many snippets there are.
    private static func checkSnippets(of document: URL) throws -> Int {
        let compiled =
            try [
                "FirstProgram.swift", "Snippets.swift", "Articles.swift", "TypedEvents.swift", "TracedPonies.swift",
                "Administration.swift", "Guides.swift", "HerdBook.swift", "Migrating.swift",
            ].map { Self.here.appendingPathComponent($0) } + Self.tutorial
        let lines = try compiled.flatMap(Self.lines)
        let snippets = Self.parts(
            of: Self.snippets(in: try Self.lines(document)).filter { !ManifestTests.isOfManifest($0) })
        for snippet in snippets {
            let isThere = lines.indices.contains { lines[$0...].starts(with: snippet) }
            #expect(isThere, "not compiled:\n\(snippet.joined(separator: "\n"))")
        }
        for line in try Self.codeLines(of: document) where line.count > Self.columns {
            Issue.record("\(document.lastPathComponent): wider than \(Self.columns) columns: \(line)")
        }
        return snippets.count
    }

    /// What a page of the documentation shows of a line, without scrolling.
    private static let columns = 72

    /// The lines of a document's code, in whatever language. What programs print is in blocks without a language, and as
    /// wide as it is.
    private static func codeLines(of document: URL) throws -> [String] {
        var isCode = false
        var lines: [String] = []
        for line in try String(contentsOf: document, encoding: .utf8).components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                isCode = line != "```"
            } else if isCode {
                lines.append(line)
            }
        }
        return lines
    }

    /// What the tutorial shows, which is compiled and run by `make example`.
    private static var tutorial: [URL] {
        get throws {
            try ["Sources", "Tests"].flatMap {
                try FileManager.default.contentsOfDirectory(
                    at: Self.root.appendingPathComponent("Examples/Stable/\($0)"), includingPropertiesForKeys: nil)
            }
        }
    }

    /// The lines of a file without indentation, and without empty ones.
    private static func lines(_ file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    private static func snippets(in lines: [String]) -> [[String]] {
        var snippets: [[String]] = []
        var current: [String]?
        for line in lines {
            if line == "```swift" {
                current = []
            } else if line == "```" {
                current.map { snippets.append($0) }
                current = nil
            } else {
                current?.append(line)
            }
        }
        return snippets
    }

    /// The first program has its imports and type in front, which stand elsewhere in its file.
    private static func parts(of snippets: [[String]]) -> [[String]] {
        snippets.flatMap { snippet -> [[String]] in
            guard let start = snippet.firstIndex(where: { $0.hasPrefix("try await withClient(\"") }), start > 0 else {
                return [snippet]
            }
            return snippet[..<start].filter { $0.hasPrefix("import ") }.map { [$0] }
                + [Array(snippet[..<start].drop { $0.hasPrefix("import ") }), Array(snippet[start...])]
        }
    }
}
