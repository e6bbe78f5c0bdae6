/// A stream's metadata, and what to expect when it is written back.
public struct VersionedMetadata: Sendable, Hashable {
    /// The metadata; empty when the stream has none.
    public let metadata: StreamMetadata
    /// The version of the metadata: expecting it, nobody's change is overwritten unnoticed.
    public let version: ExpectedVersion
}
