internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// The current state, and the listeners for changes.
extension CatchUpSubscription {
    var status: SubscriptionStatus<CatchUpPlace> {
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
        _ place: @escaping @Sendable (CatchUpPlace) -> Place
    ) -> AsyncStream<SubscriptionChange<Place>> {
        self.happenings.stream { $0.map(place) }
    }

    func lookWhetherQuiet() {
        self.perform { shared in
            defer { shared.isQuiet = true }
            guard case .live = shared.machine.phase, shared.isQuiet else { return Machine.Actions() }
            return Machine.Actions(changes: [.stillLive])
        }
    }
}
