import Foundation

enum Documentation {
    /// The text of an article of the library's documentation.
    static func article(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        return try String(
            contentsOf: root.appending(path: "Sources/PhotonPump/PhotonPump.docc/\(name).md"),
            encoding: .utf8
        )
    }
}
