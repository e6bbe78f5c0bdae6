internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What happens on the client's connections.
extension Client {
    /// Something has happened to the connection with this id, unless that is over.
    func happened(_ event: Connection.Event, to id: GUID) {
        guard let connection = self.connections[id] else { return }
        self.turn { self.handle(event, connection) }
        // Heartbeats, and what is said to be accepted, have been waiting for this, too.
        if connection.isOpen, self.flush(connection) { connection.limitUnsent() }
    }

    private func handle(_ event: Connection.Event, _ connection: Connection) {
        do throws(ConnectionFailure) {
            switch event {
            case .located(let result): try connection.located(result)
            case .dialled: try connection.dialled()
            case .ready(.readable): self.receive(on: connection)
            case .ready(.writable): break
            case .timeIsUp where connection === self.connections.left: self.endLeft()
            case .timeIsUp where connection.isServing:
                // Data that arrived while this process was suspended counts before any silence does.
                if self.receive(on: connection) { self.watchForSilence(on: connection) }
            case .timeIsUp: try connection.lookWhetherOverdue()
            }
        } catch {
            self.failed(error, connection)
        }
    }

    private func watchForSilence(on connection: Connection) {
        guard let silence = connection.watchForSilence() else { return }
        let what = silence.bytes == 0 ? "nothing" : "no more than \(silence.bytes) bytes of a package"
        self.lost(PhotonPumpError(.connectionLost, "\(what) came from the server for \(silence.time.words)"))
    }

    /// - Returns: whether the connection is still there.
    @discardableResult
    func flush(_ connection: Connection) -> Bool {
        do throws(ChannelError) {
            try connection.flush()
            return true
        } catch {
            self.ended(connection, error)
            return false
        }
    }

    /// - Returns: whether the connection is still there.
    @discardableResult
    private func receive(on connection: Connection) -> Bool {
        let failure: ChannelError?
        do throws(ChannelError) {
            try connection.receive { frame in
                // Whatever came before may have ended the connection.
                guard connection.isOpen else { return }
                switch frame {
                case .package(let package): self.received(package, on: connection)
                case .large(let frame):
                    self.passOnRun(from: connection)
                    self.refuse(frame, on: connection)
                }
            }
            failure = nil
        } catch {
            failure = error
        }
        self.passOnRun(from: connection)
        if let failure { self.ended(connection, failure) }
        return connection.isOpen
    }

    private func received(_ package: Package, on connection: Connection) {
        guard connection.isServing else {
            if connection === self.connections.left {
                self.receivedLate(package, on: connection)
            } else {
                self.introduce(connection, with: package)
            }
            return
        }
        if package.command.isPush, self.subscribers.collect(package) {
            self.context.metrics?.pushed(package.command)
        } else {
            self.passOnRun(from: connection)
            self.receivedByItself(package, on: connection)
        }
    }

    /// Events come before what comes after them.
    private func passOnRun(from connection: Connection) {
        self.subscribers.takeRun()?.passOn(from: connection.peer)
    }

    private func receivedByItself(_ package: Package, on connection: Connection) {
        if package.command.isPush, let subscriber = self.receiver(of: package) {
            // No call waits under the id of a subscription that has been confirmed.
            if !self.subscribers.beginRun(with: package, for: subscriber) {
                subscriber.received(package, from: connection.peer)
            }
        } else if let exchange = self.calls.exchange(package.correlation) {
            let verdict = exchange.received(package, from: connection.peer, as: connection.login)
            self.learnRole(from: package, exchange, verdict)
            self.carryOut(verdict, exchange)
        } else if let subscriber = self.receiver(of: package) {
            subscriber.received(package, from: connection.peer)
        } else if package.command == .subscriptionDropped, self.subscribers.confirmEnd(package.correlation) {
            return
        } else if package.command == .notHandled, self.subscribers.isEnding(package.correlation) {
            self.unsubscribeLater(package.correlation)
        } else {
            self.unclaimed(package)
        }
    }

    private func receiver(of package: Package) -> (any Subscriber)? {
        guard let subscriber = self.subscribers.receiver(of: package.command, package.correlation) else { return nil }
        self.context.metrics?.pushed(package.command)
        return subscriber
    }

    func carryOut(_ verdict: Verdict, _ exchange: Exchange) {
        switch verdict {
        case .over: break
        case .again: exchange.log("request refused for now", because: exchange.refusal, to: self.logger)
        case .unfinished(let error), .elsewhere(_, let error):
            exchange.log("request not served", because: error, to: self.logger)
        }
        switch verdict {
        case .over: self.calls.finish(exchange.id)
        case .again: self.calls.retry(exchange)
        case .unfinished(let error): self.calls.retry(exchange, after: error)
        case .elsewhere(let master, let error): self.redirect(exchange, to: master, otherwise: error)
        }
    }

    /// What the node's answer says about its part in the cluster.
    private func learnRole(from package: Package, _ exchange: Exchange, _ verdict: Verdict) {
        let role = self.connector.node?.role
        if package.command == .notHandled, let refusal = try? NotHandled(decoding: package.payload) {
            switch refusal.reason {
            // What is known as a clone or a replica stays one.
            case .notMaster where role ?? .master == .master: self.connector.learned(.follower)
            case .isReadOnly: self.connector.learned(.readOnlyReplica)
            default: break
            }
        } else if case .over = verdict, role != .master || self.connector.isStranded, exchange.showsMaster(package) {
            guard self.connector.learned(.master) else { return }
            self.logger.info(
                "the node serves all requests again",
                metadata: self.connector.node.map { [LogKey.endpoint: "\($0.endpoint)"] })
        }
    }

    /// A package that no one is waiting for: a late answer, or the server's last words.
    private func unclaimed(_ package: Package) {
        if package.command == .badRequest, package.correlation == .zero {
            var error = CommonReplies.error(for: package, operation: "the server gave up the connection")
            error.hide(self.connections.login)
            self.lost(error)
        } else if Self.confirmations.contains(package.command) {
            // The caller that wanted this subscription is gone.
            self.unsubscribe(package.correlation)
        } else {
            self.logger.debug("package that no call waits for", metadata: [LogKey.command: "\(package.command)"])
        }
    }

    /// An answer that is larger than the client takes was passed over. The connection is not to blame, and goes on.
    private func refuse(_ frame: LargeFrame, on connection: Connection) {
        self.logger.debug(
            "frame above maximumFrameSize skipped",
            metadata: [LogKey.command: "\(frame.command)", LogKey.size: "\(frame.length)"])
        let isLate = connection === self.connections.left
        guard isLate ? connection.answered(frame.correlation) : connection.isServing else { return }
        if !self.calls.refuse(frame, from: connection.peer),
            let subscriber = self.subscribers.receiver(of: frame.command, frame.correlation)
        {
            self.endSubscriber(frame.correlation)
            let error = self.context.tooLarge(frame, from: connection.peer)
            subscriber.ended(error.during("receive an event", stream: nil))
        }
        if isLate { self.endLeftIfDone() }
    }
}

extension Command {
    /// Whether it brings an event that a subscriber has not asked for one by one.
    fileprivate var isPush: Bool { self == .streamEventAppeared || self == .persistentSubscriptionStreamEventAppeared }
}
