internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What the connection brings, and the watch over its silence.
extension Client {
    /// - Returns: whether the connection is still there.
    @discardableResult
    func flush(_ channel: PackageChannel) -> Bool {
        do throws(ChannelError) {
            try channel.flush()
            return true
        } catch {
            self.lost(error)
            return false
        }
    }

    func channelReady(_ event: TransportEvent, _ attempt: Int) {
        guard attempt == self.attempt else { return }
        switch self.state {
        case .handshaking(let channel, _), .connected(let channel, _):
            self.turn {
                if event == .readable { self.receive(on: channel) }
            }
            // Answers to heartbeats and the handshake have waited for this, too.
            if attempt == self.attempt, self.flush(channel) { self.limitUnsent(channel) }
        case .idle, .locating, .closed:
            return
        }
    }

    /// Stops reading while the server takes none of the answers it asks for, so that they cannot pile up. Requests alone
    /// never come that far: none is begun above ``unsentMark``.
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
    func receive(on channel: PackageChannel) -> Bool {
        let attempt = self.attempt
        do throws(ChannelError) {
            let count = try channel.receive { package in self.received(package, attempt) }
            if count > 0, case .connected(let channel, var heartbeat) = self.state {
                let wasAwaited = heartbeat.received(now: .now)
                self.state = .connected(channel, heartbeat)
                if wasAwaited { self.watchForSilence() }
            }
        } catch {
            if attempt == self.attempt { self.lost(error) }
        }
        return attempt == self.attempt
    }

    func received(_ package: Package, _ attempt: Int) {
        guard attempt == self.attempt else { return }
        switch self.state {
        case .handshaking(let channel, _) where package.command == .heartbeatRequest,
            .connected(let channel, _) where package.command == .heartbeatRequest:
            channel.send(Package(.heartbeatResponse, package.correlation))
        case .handshaking(let channel, let handshake):
            self.handshakeReceived(package, channel, handshake)
        case .connected(let channel, _):
            if let exchange = self.table.entry(package.correlation) {
                switch exchange.received(package, from: channel.peer) {
                case .over: _ = self.table.finish(package.correlation)
                case .again: self.retry(exchange)
                }
            } else if package.command != .heartbeatResponse {
                self.unclaimed(package)
            }
        case .idle, .locating, .closed:
            break
        }
    }

    /// A package that answers nothing that is still waited for: a late answer, or the server's last words.
    func unclaimed(_ package: Package) {
        if package.command == .badRequest, package.correlation == .zero {
            self.lost(CommonReplies.error(for: package, operation: "the server gave the connection up"))
        } else {
            self.logger.debug("package for nobody", metadata: [LogKey.command: "\(package.command)"])
        }
    }

    func startTimer(after delay: Duration) {
        let attempt = self.attempt
        self.timer = QueueTimer(on: self.executor.queue) { [weak self] in
            self?.assumeIsolated { $0.timerFired(attempt) }
        }
        self.timer?.schedule(after: delay)
    }

    func timerFired(_ attempt: Int) {
        guard attempt == self.attempt else { return }
        switch self.state {
        case .locating:
            self.connectingFailed(self.timedOut("the server did not accept the connection"))
        case .handshaking:
            self.connectingFailed(
                self.timedOut("something accepted the connection but does not answer as a server does"))
        case .connected(let channel, _):
            // What has arrived while this process was stopped counts before any silence does.
            self.turn {
                if self.receive(on: channel) { self.watchForSilence() }
            }
            if attempt == self.attempt { self.flush(channel) }
        case .idle, .closed:
            break
        }
    }

    func timedOut(_ problem: String) -> PhotonPumpError {
        PhotonPumpError(.connectionFailed, "\(problem) within \(self.configuration.connectTimeout)")
    }

    func watchForSilence() {
        guard case .connected(let channel, var heartbeat) = self.state else { return }
        let now = ContinuousClock.now
        let action = heartbeat.look(now: now, pending: channel.untakenCount)
        self.state = .connected(channel, heartbeat)
        switch action {
        case .wait(let next):
            self.timer?.schedule(after: next - now)
        case .ask(let next):
            channel.send(Package(.heartbeatRequest, self.ids.next()))
            if self.flush(channel) { self.timer?.schedule(after: next - now) }
        case .dead(let silence):
            self.lost(PhotonPumpError(.connectionLost, "nothing came from the server for \(silence)"))
        }
    }
}
