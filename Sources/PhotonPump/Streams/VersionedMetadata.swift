/// A stream's metadata and its version.
public struct VersionedMetadata: Sendable, Hashable {
    /// The metadata; empty if the stream has none.
    public let metadata: StreamMetadata
    /// The version of the metadata. Pass it as `expecting` when you write the metadata back, to avoid overwriting
    /// concurrent changes.
    public let version: ExpectedVersion
    /// Whether the stream was deleted and can be written to again: deleting it replaces its metadata by what says so. (The
    /// metadata of a stream that was deleted permanently cannot be read.) ``Client/state(of:options:)`` tells without the
    /// right to read metadata.
    public var isDeleted: Bool { self.metadata.truncateBefore == .max }
}
