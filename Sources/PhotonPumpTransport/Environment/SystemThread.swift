internal import Dispatch
internal import PhotonPumpSystem

/// A thread for work that waits for the system.
enum SystemThread {
    /// Runs `body` on a thread of its own.
    ///
    /// - Parameters:
    ///   - name: for debuggers; up to 15 characters, which is what Linux keeps.
    ///   - stackSize: 0 for what the system gives.
    static func start(_ name: String, stackSize: Int = 0, _ body: @escaping @Sendable () -> Void) {
        let work = Unmanaged.passRetained(Work(name, body))
        let isStarted = photonpump_thread_start(
            stackSize,
            { argument in
                argument.map { Unmanaged<Work>.fromOpaque($0).takeRetainedValue() }?.run()
                return nil
            }, work.toOpaque())
        if isStarted { return }
        work.release()
        // The system has no thread to give; a queue waits until it has.
        DispatchQueue(label: name).async(execute: body)
    }

    private final class Work: Sendable {
        private let name: String
        private let body: @Sendable () -> Void

        init(_ name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            photonpump_thread_name(self.name)
            self.body()
        }
    }
}
