/// The versions involved in a refused write.
public struct VersionConflict: Sendable, Hashable {
    /// What the writer expected.
    public let expected: ExpectedVersion
    /// The number of the stream's last event: -1 if the stream has no events, nil if the server does not report it.
    public let actual: Int64?

    /// A conflict as a refused write would have had it, for tests.
    public init(expected: ExpectedVersion, actual: Int64?) {
        self.expected = expected
        self.actual = actual
    }
}
