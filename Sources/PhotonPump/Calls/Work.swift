internal import PhotonPumpWire
internal import Synchronization

/// Whose work something is, so that closing a client in the midst of work does not wait for that very work.
struct Work: Sendable, Equatable {
    /// The workers that the task belongs to, a worker within a worker included.
    let workers: [GUID]
    private let task: Int?

    /// The work of the current task.
    static var current: Work {
        Work(workers: Client.workers, task: withUnsafeCurrentTask { $0?.hashValue })
    }

    /// Whether both belong to one task or worker.
    func overlaps(_ other: Work) -> Bool {
        (self.task != nil && self.task == other.task) || self.workers.contains(where: other.workers.contains)
    }
}

/// The iterations in progress: from their first page on, until they end or are given up. Other calls that consist of
/// several requests are treated alike.
final class Iterations: Sendable {
    private let open = Mutex<[GUID: Work]>([:])

    func contains(_ id: GUID) -> Bool { self.open.withLock { $0[id] != nil } }

    /// Whether there are none besides those that belong to this work.
    func areOver(besides work: Work? = nil) -> Bool {
        self.open.withLock { open in
            guard let work else { return open.isEmpty }
            return open.values.allSatisfy { $0.overlaps(work) }
        }
    }

    /// The iteration is advanced by a task, for the first time or again.
    func advance(_ id: GUID, by work: Work) {
        self.open.withLock { $0[id] = work }
    }

    /// - Returns: whether it was in progress.
    func end(_ id: GUID) -> Bool {
        self.open.withLock { $0.removeValue(forKey: id) != nil }
    }
}
