internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What arrives on the connection, and the watch for silence.
extension Client {
    /// - Parameter number: of the connection, or of the attempt to make it.
    /// - Returns: whether the connection is still there.
    @discardableResult
    func flush(_ channel: PackageChannel, _ number: Int) -> Bool {
        do throws(ChannelError) {
            try channel.flush()
            return true
        } catch {
            self.lost(error, number)
            return false
        }
    }

    /// The connection with this number, whether it is present, in the making, or left.
    private func channel(_ number: Int) -> PackageChannel? {
        if number == self.connector.attempt, case .connected(let channel, _) = self.link { return channel }
        if let departure, departure.number == number { return departure.channel }
        return self.attempt(number)?.channel
    }

    func channelReady(_ event: TransportEvent, _ number: Int) {
        guard let channel = self.channel(number) else { return }
        self.turn {
            if event == .readable { self.receive(on: channel, number) }
        }
        // Answers to heartbeats and the handshake have been waiting for this, too.
        if self.channel(number) === channel, self.flush(channel, number) { self.limitUnsent(channel) }
    }

    /// Stops reading while the server does not take the answers it asks for, so that they cannot pile up. Requests
    /// alone never get this far: none is started above ``unsentMark``.
    private func limitUnsent(_ channel: PackageChannel) {
        let limit = Self.unsentMark + self.configuration.maximumFrameSize
        if channel.unsentCount > limit {
            channel.pauseReading()
        } else if channel.unsentCount < limit / 2 {
            channel.resumeReading()
        }
    }

    /// - Returns: whether the connection is still there.
    @discardableResult
    func receive(on channel: PackageChannel, _ number: Int) -> Bool {
        do throws(ChannelError) {
            let count = try channel.receiveFrames { frame in
                switch frame {
                case .package(let package): self.received(package, number)
                case .large(let frame): self.refused(frame, number)
                }
            }
            if count > 0, number == self.connector.attempt, case .connected(let channel, var heartbeat) = self.link {
                let wasAwaited = heartbeat.received(now: .now)
                self.link = .connected(channel, heartbeat)
                if wasAwaited { self.watchForSilence() }
            }
        } catch {
            self.lost(error, number)
        }
        return self.channel(number) === channel
    }

    func received(_ package: Package, _ number: Int) {
        if let attempt = self.attempt(number) { return self.received(package, attempt) }
        if number == self.departure?.number { return self.receivedLate(package) }
        guard number == self.connector.attempt, case .connected(let channel, _) = self.link else { return }
        if package.command == .heartbeatRequest {
            channel.send(Package(.heartbeatResponse, package.correlation))
        } else if let exchange = self.table.entry(package.correlation) {
            let verdict = exchange.received(package, from: channel.peer)
            self.learnRole(from: package, exchange, verdict)
            switch verdict {
            case .over: _ = self.table.finish(package.correlation)
            case .again: self.retry(exchange)
            case .unfinished(let error): self.retry(exchange, after: error)
            case .elsewhere(let master, let error): self.redirect(exchange, to: master, otherwise: error)
            }
        } else if let subscriber = self.subscribers.receiver(of: package) {
            subscriber.received(package, from: channel.peer)
        } else if package.command == .subscriptionDropped, self.subscribers.left(package.correlation) {
            return
        } else if package.command == .heartbeatResponse {
            self.heartbeatAnswered(package.correlation)
        } else {
            self.unclaimed(package)
        }
    }

    /// A package that no one is waiting for: a late answer, or the server's last words.
    func unclaimed(_ package: Package) {
        if package.command == .badRequest, package.correlation == .zero {
            self.lost(CommonReplies.error(for: package, operation: "the server gave the connection up"))
        } else if Self.confirmations.contains(package.command) {
            // The caller that wanted this subscription is gone.
            self.unsubscribe(package.correlation)
        } else {
            self.logger.debug("package for nobody", metadata: [LogKey.command: "\(package.command)"])
        }
    }

    func startTimer(after delay: Duration) {
        let attempt = self.connector.attempt
        self.timer = QueueTimer(on: self.executor.queue) { [weak self] in
            self?.assumeIsolated { $0.timerFired(attempt) }
        }
        self.timer?.schedule(after: delay)
    }

    func timerFired(_ attempt: Int) {
        guard attempt == self.connector.attempt else { return }
        switch self.link {
        case .none:
            if let action = self.connector.waited() { self.perform(action) }
        case .finding:
            self.attemptFailed(self.overdue)
        case .attempting:
            return
        case .connected(let channel, _):
            // Data that arrived while this process was suspended counts before any silence does.
            self.turn {
                if self.receive(on: channel, attempt) { self.watchForSilence() }
            }
            if self.channel(attempt) === channel { self.flush(channel, attempt) }
        }
    }

    private func heartbeatAnswered(_ id: GUID) {
        guard let heartbeat, heartbeat.id == id else { return }
        self.heartbeatRoundTrip = .now - heartbeat.sent
        self.heartbeat = nil
    }

    func watchForSilence() {
        guard case .connected(let channel, var heartbeat) = self.link else { return }
        let now = ContinuousClock.now
        let action = heartbeat.look(now: now, pending: channel.untakenCount)
        self.link = .connected(channel, heartbeat)
        switch action {
        case .wait(let next):
            self.timer?.schedule(after: next - now)
        case .ask(let next):
            let id = self.ids.next()
            self.heartbeat = (id, now)
            channel.send(Package(.heartbeatRequest, id))
            if self.flush(channel, self.connector.attempt) { self.timer?.schedule(after: next - now) }
        case .dead(let silence):
            self.lost(PhotonPumpError(.connectionLost, "nothing came from the server for \(silence)"))
        }
    }
}
