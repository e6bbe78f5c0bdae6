/// Who may do what with a stream, by what the stream says, what the system's settings say, and in the end what is
/// built in: everybody with ordinary streams, administrators with system streams. Each right is looked up by itself.
struct AccessRules {
    private static let ordinary = AccessList(everyRight: [AccessList.everybody])
    private static let system = AccessList(everyRight: [Identity.administrators])

    let settings: SystemSettings

    /// - Parameter list: the access list of a stream.
    func allow(
        _ identity: Identity,
        to right: AccessRight,
        _ stream: StreamName,
        list: (StreamName) -> AccessList
    ) -> Bool {
        guard identity != .refused else { return false }
        guard let original = stream.original else {
            return self.allow(identity, to: right, stream, list(stream))
        }
        // To read and write a metastream is to read and write the metadata of its stream. Metastreams have no
        // metadata of their own, and are not deleted.
        switch right {
        case .read: return self.allow(identity, to: .readMetadata, original, list: list)
        case .write: return self.allow(identity, to: .writeMetadata, original, list: list)
        case .delete, .readMetadata, .writeMetadata: return false
        }
    }

    private func allow(
        _ identity: Identity, to right: AccessRight, _ stream: StreamName, _ own: AccessList
    ) -> Bool {
        if stream == .all, right == .write || right == .delete { return false }
        let (set, builtIn) =
            stream.isSystem ? (self.settings.systemStreams, Self.system) : (self.settings.userStreams, Self.ordinary)
        let roles = own.roles(for: right) ?? set.roles(for: right) ?? builtIn.roles(for: right) ?? []
        return roles.contains(AccessList.everybody) || identity.hasAny(of: roles)
    }
}

extension EventLog {
    /// Whether somebody may do that, as things stand.
    func allows(_ identity: Identity, to right: AccessRight, _ stream: StreamName) -> Bool {
        AccessRules(settings: self.settings).allow(identity, to: right, stream) { self.metadata(of: $0).access }
    }
}
