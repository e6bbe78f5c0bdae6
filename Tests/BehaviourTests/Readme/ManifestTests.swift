import Foundation
import Testing

@Suite("The manifests in the documentation", .timeLimit(.minutes(1)))
struct ManifestTests {
    /// Whether a snippet is a manifest or a part of one, which the package manager reads and not the compiler of tests.
    static func isOfManifest(_ snippet: [String]) -> Bool {
        snippet.first.map { $0.hasPrefix("// swift-tools-version") || $0.hasPrefix(".testTarget(") } ?? false
    }

    private static let articles = "Sources/PhotonPump/PhotonPump.docc"
    private static let documents = ["README.md", "\(articles)/PhotonPump.md", "\(articles)/BuildingAService.md"]

    @Test(
        "the manifests in the documentation are such, with the test targets that are shown later", arguments: documents)
    func isOne(document: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent(document), encoding: .utf8)
        let snippets = text.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        var manifest = try #require(snippets.first { $0.hasPrefix("// swift-tools-version") })
        if let testTarget = snippets.first(where: { $0.hasPrefix(".testTarget(") }) {
            let end = "        )\n    ]\n)\n"
            try #require(manifest.hasSuffix(end))
            manifest = manifest.dropLast(end.count) + "        ),\n\(testTarget)    ]\n)\n"
        }
        let package = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: package, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: package) }
        try manifest.write(to: package.appendingPathComponent("Package.swift"), atomically: true, encoding: .utf8)

        let swift = Process()
        swift.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        swift.arguments = ["swift", "package", "--package-path", package.path, "dump-package"]
        let output = Pipe()
        swift.standardOutput = output
        try swift.run()
        let dump = output.fileHandleForReading.readDataToEndOfFile()
        swift.waitUntilExit()
        #expect(swift.terminationStatus == 0)
        struct Dump: Decodable {
            struct Target: Decodable { let name: String }
            let name: String
            let targets: [Target]
        }
        let read = try JSONDecoder().decode(Dump.self, from: dump)
        #expect(read.name == "Stable")
        #expect(read.targets.map(\.name) == ["Stable"] + (manifest.contains("testTarget") ? ["StableTests"] : []))
    }
}
