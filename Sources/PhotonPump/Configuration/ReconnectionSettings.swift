/// How the client tries again after a lost connection or a failed attempt to connect.
public struct ReconnectionSettings: Sendable, Hashable {
    /// How many attempts in a row may fail; 0 for no further attempt, nil, the default, for no limit.
    public var maximumAttempts: Int?
    /// The longest pause before the second attempt (the first is made at once). It doubles with each further attempt,
    /// and the actual pause is a random part of it, so that many clients do not come back at the same moment. 100 ms by
    /// default.
    public var firstDelay: Duration = .milliseconds(100)
    /// The limit to which that pause grows. 5 s by default. While no connection can be made it grows more slowly, so that
    /// a node that is restarted is found soon after it is there: above a quarter of a second and the first delay, it is at
    /// most an eighth of the pauses so far.
    public var maximumDelay: Duration = .seconds(5)

    /// The defaults.
    public init() {}
}
