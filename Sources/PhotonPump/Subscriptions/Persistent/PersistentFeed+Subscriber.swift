internal import PhotonPumpWire
internal import Synchronization

/// What the client's queue reports.
extension PersistentFeed: Subscriber {
    func received(_ package: Package, from endpoint: String) {
        do throws(MalformedMessage) {
            switch package.command {
            case .persistentSubscriptionStreamEventAppeared:
                let message = try PersistentSubscriptionStreamEventAppeared(decoding: package.payload)
                // An element with neither event nor link says nothing; servers do not send any.
                guard let event = ResolvedEvent(message.event) else { return }
                self.received(event, Int(message.retryCount ?? 0), package.correlation)
            case .subscriptionDropped:
                var error = CommonReplies.error(for: package, operation: self.operation, stream: self.request.stream)
                error.endpoint = endpoint
                self.interrupted(error)
            case .notAuthenticated, .notHandled, .badRequest:
                // An acknowledgement was refused; the server treats its event as unhandled.
                var error = CommonReplies.error(for: package, operation: self.operation, stream: self.request.stream)
                error.endpoint = endpoint
                self.interrupted(error, leaving: package.correlation)
            default:
                break
            }
        } catch {
            let error = PhotonPumpError.unreadable(error, operation: self.operation, stream: self.request.stream)
            self.interrupted(error, leaving: package.correlation)
        }
    }

    func settle() {
        self.perform { shared in
            let now = shared.arrival ?? .now
            shared.arrival = nil
            return shared.machine.settled(now: now)
        }
    }

    func ended(_ error: PhotonPumpError) { self.interrupted(error) }

    func left() { self.perform { $0.machine.left() } }

    func flush() {
        self.perform { shared in
            var actions = Actions()
            shared.machine.flush(&actions)
            return actions
        }
    }

    func windUp() { self.stop() }

    /// The consumer is still handling events it received before the stop, or the server was just told that it leaves.
    func isBusy(besides own: Work?) -> Bool {
        self.shared.withLock { shared in
            switch shared.machine.phase {
            case .stopping: own.flatMap { shared.work?.overlaps($0) } != true
            case .leaving: true
            case .connecting, .connected, .waiting, .ended: false
            }
        }
    }

    private func received(_ event: ResolvedEvent, _ retryCount: Int, _ connection: GUID) {
        self.perform { shared in
            let now = shared.arrival ?? .now
            shared.arrival = now
            return shared.machine.received(
                event, retryCount: retryCount, on: connection, next: self.client.nextID(), now: now)
        }
    }

    private func interrupted(_ error: PhotonPumpError, leaving connection: GUID? = nil) {
        let next = self.client.nextID()
        self.perform { shared in
            shared.arrival = nil
            var actions = shared.machine.interrupted(error, next: next, now: .now, chance: .random(in: 0...1))
            actions.leave = connection
            return actions
        }
    }

    private var operation: String { "subscription '\(self.request.group)' to '\(self.request.stream)'" }
}
