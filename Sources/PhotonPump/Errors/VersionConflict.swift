/// The two versions that a refused write is about.
public struct VersionConflict: Sendable, Hashable {
    /// What the writer expected.
    public let expected: ExpectedVersion
    /// The number of the stream's last event: -1 for a stream without events, nil where the server does not say.
    public let actual: Int64?
}
