internal import CAllocator
internal import Foundation

/// What this process uses of the system.
package struct Footprint: CustomStringConvertible, Sendable {
    /// Whether the system tells.
    package static let isKnown = FileManager.default.fileExists(atPath: "/proc/self/task")

    /// The most memory, in kilobytes, that was resident while `body` ran, beyond what was before; nil where the system does
    /// not tell.
    package static func peak(during body: () -> Void) -> Int? {
        // This sets the greatest size so far back to the present one.
        guard let before = try? Footprint().kilobytes,
            (try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))) != nil
        else { return nil }
        body()
        return (try? self.figure("VmHWM:")).map { $0 - before }
    }

    package let threads: Int
    package let descriptors: Int
    /// Of memory that is resident.
    package let kilobytes: Int
    /// Of memory that was allocated and not freed, with what threads keep for themselves; nil where the allocator does not
    /// tell. What else is resident is the program, its stacks, and what the allocator keeps for what comes.
    package let kilobytesInUse: Int?

    package init() throws {
        self.threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
        self.descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        self.kilobytes = try Self.figure("VmRSS:")
        let bytesInUse = photonpump_bytes_in_use()
        self.kilobytesInUse = bytesInUse > 0 ? Int(bytesInUse >> 10) : nil
    }

    private static func figure(_ name: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        guard let word = line?.split(whereSeparator: \.isWhitespace).dropFirst().first, let figure = Int(word) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return figure
    }

    /// Whether it takes at most so many kilobytes more than `before`. With a sanitizer, which keeps memory that was given
    /// back, to notice that it is used, and more beside everything, half a gigabyte is allowed besides.
    package func isWithin(_ kilobytes: Int, of before: Footprint) -> Bool {
        self.kilobytes <= before.kilobytes + kilobytes + (Self.isSanitized ? 512 << 10 : 0)
    }

    /// Whether this program was built with AddressSanitizer or ThreadSanitizer.
    private static let isSanitized = ["__asan_init", "__tsan_init"].contains { (symbol: String) in
        dlsym(dlopen(nil, RTLD_NOW), symbol) != nil
    }

    package var description: String {
        let used = self.kilobytesInUse.map { ", \($0) kB of them in use" } ?? ""
        return "\(self.threads) threads, \(self.descriptors) descriptors, \(self.kilobytes) kB\(used)"
    }
}
