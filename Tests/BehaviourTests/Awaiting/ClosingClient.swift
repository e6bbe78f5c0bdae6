@testable import PhotonPump

extension Client {
    /// Begins to close the client with more patience than a test has, and returns when it accepts no new calls.
    ///
    /// - Returns: the task that closes it.
    func beginClosing() async -> Task<Void, Never> {
        let (enrolled, stopped) = (Gate(), Gate())
        let witness = Task {
            await self.work {
                enrolled.open()
                await stopped.pass()
            } stop: { _ in
                stopped.open()
            }
        }
        await enrolled.pass()
        let closing = Task { await self.close(drainingFor: .seconds(3600)) }
        await witness.value
        return closing
    }
}
