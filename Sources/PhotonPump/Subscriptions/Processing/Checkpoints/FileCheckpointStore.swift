internal import Dispatch
internal import PhotonPumpSystem

/// A checkpoint in a file of its own, as JSON such as `{"after":41,"format":1}`, which ``SubscriptionStart`` documents.
/// Later versions of this library read the files of earlier ones.
///
/// The file is replaced atomically: a new file is written next to it, under the same name with `.new` appended, and
/// takes its place once it is on disk. Whenever the process or the machine dies, the file holds either the old
/// checkpoint or the new one. Only one program at a time may use the file.
///
/// The file is readable and writable by its owner alone. At `path` and next to it there may be nothing but files: a
/// symbolic link is neither followed nor replaced, and nothing is read from a pipe or a device. What is left under the name
/// with `.new` is removed before a checkpoint is saved. The directory should be one in which only this user may write.
public struct FileCheckpointStore<Place: Codable & Comparable & Hashable & Sendable>: CheckpointStore {
    /// The path of the file. The file need not exist yet, but its directory must.
    public let path: String
    /// File access blocks its caller, so it happens on this queue, one call after another.
    private let queue = DispatchQueue(label: "PhotonPump.FileCheckpointStore")

    /// A store in the file at `path`.
    public init(path: String) {
        self.path = path
    }

    /// The checkpoint in the file; nil if there is no file.
    ///
    /// - Throws: ``PhotonPumpError/Code/unreadableCheckpoint``, naming the file, if it cannot be read or holds
    ///   something else, or if its directory is missing.
    public func load() async throws -> SubscriptionStart<Place>? {
        try await self.onQueue {
            do {
                // A pipe without a writer would keep `open` waiting.
                guard let file = try OpenFile(self.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else {
                    _ = try self.openDirectory()
                    return nil
                }
                guard Self.isFile(try file.status()) else { throw NoFile() }
                // The largest checkpoint is a tenth of that.
                let bytes = try file.bytes(upTo: 4096)
                return try SubscriptionStart<Place>(storedAs: bytes)
            } catch let error where error is DecodingError || error is JSONFault {
                throw PhotonPumpError(
                    .unreadableCheckpoint, "'\(self.path)' does not hold one", during: "load the checkpoint",
                    underlying: error)
            } catch {
                throw PhotonPumpError(
                    .unreadableCheckpoint, "'\(self.path)' cannot be read", during: "load the checkpoint",
                    underlying: error)
            }
        }
    }

    /// Replaces the file, and returns once it is on disk.
    ///
    /// - Throws: ``PhotonPumpError/Code/checkpointNotSaved``, naming the file. The old checkpoint is still there,
    ///   unless what failed was flushing the directory to disk.
    public func save(_ checkpoint: SubscriptionStart<Place>) async throws {
        try await self.onQueue {
            do {
                var status = stat()
                if lstat(self.path, &status) == 0, !Self.isFile(status) { throw NoFile() }
                let new = self.path + ".new"
                // Of a program that died, or whatever else somebody has put there: it is not opened.
                guard unlink(new) == 0 || errno == ENOENT else { throw OpenFile.lastError }
                guard let file = try OpenFile(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW) else {
                    throw POSIXError(.ENOENT)
                }
                let encoder = JSONEncoder()
                encoder.outputFormatting = .sortedKeys
                try file.append(Array(encoder.encode(checkpoint)))
                try file.synchronize()
                try file.finish()
                guard rename(new, self.path) == 0 else { throw OpenFile.lastError }
                try self.openDirectory().synchronize()
            } catch {
                throw PhotonPumpError(
                    .checkpointNotSaved, "'\(self.path)' cannot be written", during: "save the checkpoint",
                    underlying: error)
            }
        }
    }

    private func openDirectory() throws -> OpenFile {
        let directory = URL(fileURLWithPath: self.path).deletingLastPathComponent().path
        guard let file = try OpenFile(directory, O_RDONLY | O_DIRECTORY) else { throw POSIXError(.ENOENT) }
        return file
    }

    private static func isFile(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

    /// What has the name of the file is something else.
    private struct NoFile: Error, CustomStringConvertible {
        var description: String { "it is not a regular file" }
    }

    private func onQueue<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
