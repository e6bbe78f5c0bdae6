internal import PhotonPumpWire

/// A task that waits in front of the client because as many calls are inside as its limits allow.
struct Caller: Sendable {
    let id: GUID
    let startBy: ContinuousClock.Instant
    let turn: CheckedContinuation<Void, any Error>
}

/// The line in front of the client. Calls inside have a request that waits for its turn or for an answer; the pages of
/// iterators are not counted.
extension Client {
    /// Returns when it is this call's turn to enter.
    nonisolated func standInLine(_ id: GUID, _ terms: CallTerms, for conversation: some Conversation) async throws {
        do {
            try await withCheckedThrowingContinuation { turn in
                self.post(.standInLine(Caller(id: id, startBy: terms.startBy, turn: turn)))
                // An earlier cancellation found nothing to cancel.
                if Task.isCancelled { self.cancel(id) }
            }
        } catch let error as PhotonPumpError {
            var error = error.during(conversation.operation, stream: conversation.stream)
            error.elapsed = .now - terms.started
            throw error
        }
    }

    func enqueue(_ caller: Caller) {
        self.gate.joinLine()
        self.line.enqueue(caller.id, caller, deadline: caller.startBy)
        self.letIn()
    }

    /// Admits as many calls as there is room for.
    func letIn() {
        while self.line.canStart, self.gate.enterFromLine(), let caller = self.line.startNext() {
            _ = self.line.finish(caller.id)
            self.gate.leaveLine()
            caller.turn.resume()
        }
    }

    func leaveLine(_ caller: Caller?, _ error: any Error) {
        guard let caller else { return }
        self.gate.leaveLine()
        caller.turn.resume(throwing: error)
    }

    func expireLine() {
        for caller in self.line.expire(now: .now) {
            self.leaveLine(caller, PhotonPumpError(.timedOut, "its turn did not come in time (it was not sent)"))
        }
    }

    func dismissLine(_ error: PhotonPumpError) {
        for caller in self.line.removeAll() { self.leaveLine(caller, error) }
    }
}
