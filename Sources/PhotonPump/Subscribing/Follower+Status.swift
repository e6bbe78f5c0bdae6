internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// The current state, and the listeners for changes.
extension Follower {
    var status: SubscriptionStatus<Position> {
        self.shared.withLock { shared in
            let machine = shared.machine
            let phase: SubscriptionPhase =
                switch machine.phase {
                case .reading: .readingHistory
                case .doubting: .beyondEnd
                case .live where machine.isBeyondEnd: .beyondEnd
                case .subscribing, .closingGap, .findingEnd: .goingLive
                case .live: .live
                case .over: .ended
                }
            return SubscriptionStatus(
                phase: phase,
                lastPlace: machine.lastPlace,
                knownEnd: machine.knownEnd,
                bufferedEvents: machine.bufferedEvents,
                bufferedBytes: machine.bufferedBytes,
                peakBufferedEvents: machine.peak.events,
                peakBufferedBytes: machine.peak.bytes,
                failedAttempts: machine.failures,
                isBeyondEnd: machine.isBeyondEnd
            )
        }
    }

    func changes<Place>(
        _ place: @escaping @Sendable (Position) -> Place
    ) -> AsyncStream<SubscriptionChange<Place>> {
        let id = self.client.nextID()
        let (stream, continuation) = AsyncStream.makeStream(
            of: SubscriptionChange<Place>.self, bufferingPolicy: .bufferingNewest(100))
        let listener = Listener(tell: { continuation.yield($0.map(place)) }, finish: { continuation.finish() })
        self.shared.withLock { shared in
            if case .over(let error) = shared.machine.phase {
                listener.tell(.ended(error))
                listener.finish()
            } else {
                shared.listeners[id] = listener
            }
        }
        // Not directly: a task that is being cancelled holds a lock that whoever reports a change to it waits for.
        continuation.onTermination = { [weak self, executor = self.client.executor] _ in
            executor.run(here: false) { [weak self] in self?.forget(id) }
        }
        return stream
    }

    private func forget(_ listener: GUID) {
        _ = self.shared.withLock { $0.listeners.removeValue(forKey: listener) }
    }

    func lookWhetherQuiet() {
        self.perform { shared in
            defer { shared.isQuiet = true }
            guard case .live = shared.machine.phase, shared.isQuiet else { return Machine.Actions() }
            return Machine.Actions(changes: [.stillLive])
        }
    }
}
