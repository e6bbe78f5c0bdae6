import Foundation

/// A file with a secret on its only line.
struct SecretFile {
    private static let limit = 64 << 10

    let line: String

    /// - Throws: ``InputError`` if there is no such file, others than its owner can read or change it, or it holds anything
    ///   but one line.
    init(path: String) throws {
        // A pipe without a writer would keep `open` waiting.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw InputError("'\(path)' cannot be read: \(String(cString: strerror(errno)))") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw InputError("'\(path)' is not a regular file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw InputError("'\(path)' can be accessed by others than its owner: run chmod 600 on it")
        }
        guard status.st_uid == geteuid() || geteuid() == 0 else {
            throw InputError("'\(path)' belongs to another user")
        }
        let bytes = try file.read(upToCount: Self.limit + 1) ?? Data()
        guard bytes.count <= Self.limit, let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError("'\(path)' holds no line of text")
        }
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.count == 1 else { throw InputError("'\(path)' must hold exactly one line") }
        self.line = String(lines[0])
    }
}
