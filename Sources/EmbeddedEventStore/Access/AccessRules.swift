/// Who may do what with a stream: first by the stream's own list, then by the system's settings, and finally by the
/// built-in rules, which open ordinary streams to everyone and system streams to administrators. Each right is looked
/// up separately.
struct AccessRules {
    let settings: SystemSettings

    /// - Parameter list: the access list of a stream.
    func allow(
        _ identity: Identity,
        to right: AccessRight,
        _ stream: StreamName,
        list: (StreamName) -> AccessList
    ) -> Bool {
        guard let original = stream.original else {
            return self.allow(identity, to: right, stream, list(stream))
        }
        // Reading and writing a metastream means reading and writing its stream's metadata. Metastreams have no
        // metadata of their own, and cannot be deleted.
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
        let set = stream.isSystem ? self.settings.systemStreams : self.settings.userStreams
        guard let roles = own.roles(for: right) ?? set.roles(for: right) else {
            return stream.isSystem ? identity.hasAny(of: [Identity.administrators]) : true
        }
        return roles.contains(AccessList.everybody) || identity.hasAny(of: roles)
    }
}

extension EventLog {
    /// Whether the user has this right at the moment.
    func allows(_ identity: Identity, to right: AccessRight, _ stream: StreamName) -> Bool {
        // Before the closure, which would hold a copy of the whole log.
        let list = self.metadata(of: stream.original ?? stream).access
        return AccessRules(settings: self.settings).allow(identity, to: right, stream) { _ in list }
    }
}
