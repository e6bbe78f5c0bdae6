internal import PhotonPumpWire

extension EmbeddedServer {
    /// Delivers the parked events of a persistent subscription again, as an administrator would; they are no longer
    /// parked.
    ///
    /// - Parameters:
    ///   - group: the name of the persistent subscription.
    ///   - stream: the stream that it reads.
    /// - Throws: ``EmbeddedServerError`` with ``EmbeddedServerError/Code/noSuchGroup`` if there is none with that name,
    ///   or if this server is not running as the master.
    public func replayParkedEvents(of group: String, on stream: String) throws(EmbeddedServerError) {
        guard self.isMaster, self.commons.assumeIsolated({ $0.replayParked(PersistentGroup.id(stream, group)) }) else {
            throw EmbeddedServerError(.noSuchGroup, "replay '\(group)' on '\(stream)': no such persistent subscription")
        }
    }

    private var isMaster: Bool {
        self.commons.assumeIsolated { $0.membership.role(of: self.number) == .master }
    }

    nonisolated var groupPages: GroupPages {
        GroupPages(
            info: { [weak self] id in await self?.groupInfo(id) ?? .notReady },
            replay: { [weak self] id, login in await self?.replayParked(id, login) ?? .notReady }
        )
    }

    private func groupInfo(_ id: String) -> GroupPages.Outcome<GroupInfo> {
        guard self.isMaster else { return .notReady }
        let info = self.commons.assumeIsolated { $0.node.info(of: id, now: Self.milliseconds) }
        return info.map { .done($0) } ?? .missing
    }

    private func replayParked(_ id: String, _ login: Login?) -> GroupPages.Outcome<Void> {
        guard self.isMaster else { return .notReady }
        return self.commons.assumeIsolated { commons in
            guard let user = login.flatMap(commons.node.users.identity), user.hasAny(of: [Identity.operators])
            else { return .refused }
            return commons.replayParked(id) ? .done(()) : .missing
        }
    }
}
