/// A stream's metadata and its version.
public struct VersionedMetadata: Sendable, Hashable {
    /// The metadata; empty if the stream has none.
    public let metadata: StreamMetadata
    /// The version of the metadata. Pass it as `expecting` when you write the metadata back, to avoid overwriting
    /// concurrent changes.
    public let version: ExpectedVersion
}
