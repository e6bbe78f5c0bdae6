/// How a lost connection, or one that could not be made, is tried again.
public struct ReconnectionSettings: Sendable, Hashable {
    /// How many attempts in a row may fail; 0 for not trying again, nil, the default, for as many as it takes.
    public var maximumAttempts: Int?
    /// The longest pause before the second attempt (the first is made at once); it doubles with each further one, and
    /// the actual pause is a random part of it, so that many clients do not come back at the same moment. 100 ms.
    public var firstDelay: Duration = .milliseconds(100)
    /// What that pause does not grow beyond. 5 s.
    public var maximumDelay: Duration = .seconds(5)

    /// The defaults.
    public init() {}
}
