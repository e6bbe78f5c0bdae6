internal import Foundation

/// What this process uses of the system.
package struct Footprint: CustomStringConvertible, Sendable {
    /// Whether the system tells.
    package static let isKnown = FileManager.default.fileExists(atPath: "/proc/self/task")

    package let threads: Int
    package let descriptors: Int
    /// Of memory that is resident.
    package let kilobytes: Int

    package init() throws {
        self.threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
        self.descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let figure = line?.split(separator: " ").dropFirst().first, let kilobytes = Int(figure) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        self.kilobytes = kilobytes
    }

    package var description: String {
        "\(self.threads) threads, \(self.descriptors) descriptors, \(self.kilobytes) kB"
    }
}
