/// Who may do what, as long as no stream says otherwise: everybody with ordinary streams, administrators with system
/// streams.
enum AccessRules {
    enum Right: Hashable {
        case read, write, delete, readMetadata, writeMetadata
    }

    static func allow(_ identity: Identity, to right: Right, _ stream: StreamName) -> Bool {
        guard identity != .refused else { return false }
        if let original = stream.original { return self.allow(identity, toMetastream: right, of: original) }
        if stream == .all, right == .write || right == .delete { return false }
        return !stream.isSystem || identity.isAdministrator
    }

    /// To read and write a metastream is to read and write the metadata of its stream. Metastreams have no metadata
    /// of their own, and are not deleted.
    private static func allow(_ identity: Identity, toMetastream right: Right, of original: StreamName) -> Bool {
        switch right {
        case .read: return self.allow(identity, to: .readMetadata, original)
        case .write: return self.allow(identity, to: .writeMetadata, original)
        case .delete, .readMetadata, .writeMetadata: return false
        }
    }
}
