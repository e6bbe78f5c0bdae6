internal import PhotonPumpTransport

extension EmbeddedServer {
    /// A startup that is not finished.
    struct PendingStartup {
        /// Whether the node finds no others even then.
        var alone: Bool
        /// Finishes it; nil if nothing does by itself.
        let timer: QueueTimer?
    }

    /// Makes a server ready whose ``Startup`` has not come to its end yet; if it has, nothing happens.
    public func finishStartup() {
        guard let startup = self.startup else { return }
        guard self.suspension == nil else {
            self.suspension?.finishesStartup = true
            return
        }
        self.startup = nil
        self.core.assumeIsolated { core in
            if startup.alone { core.startAlone(self.number, .refused) } else { core.join(self.number) }
        }
    }

    /// The listening server becomes a node of its cluster, at once or when its startup ends.
    ///
    /// - Parameter alone: whether it finds no others even then.
    func begin(_ startup: Startup, alone: Bool) {
        self.startup = PendingStartup(alone: alone, timer: self.timer(startup))
        if startup.end == .now {
            self.finishStartup()
        } else {
            self.core.assumeIsolated { $0.startAlone(self.number, startup.logins) }
        }
    }

    private func timer(_ startup: Startup) -> QueueTimer? {
        guard case .after(let time) = startup.end else { return nil }
        let timer = self.core.environment.timer(on: self.executor) { [weak self] in
            self?.assumeIsolated { $0.finishStartup() }
        }
        timer.schedule(after: time)
        return timer
    }

    /// The node finds the others, now or when its startup ends.
    func findOthers() {
        if self.startup != nil {
            self.startup?.alone = false
        } else if self.suspension != nil {
            self.suspension?.joins = true
        } else {
            self.core.assumeIsolated { $0.rejoin(self.number) }
        }
    }
}
