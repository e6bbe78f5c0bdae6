internal import PhotonPumpSystem

/// What to wait for at a descriptor, and what was found.
struct Readiness: OptionSet, Sendable {
    let rawValue: Int16

    static let reading = Readiness(rawValue: Int16(POLLIN))
    static let writing = Readiness(rawValue: Int16(POLLOUT))
    /// The connection is gone, one way or the other: whoever reads or writes learns how.
    static let broken = Readiness(rawValue: Int16(POLLERR) | Int16(POLLHUP) | Int16(POLLNVAL))
}

/// The descriptors that one thread waits for. Any thread may change them meanwhile.
protocol ReadinessSet: Sendable {
    init() throws(SocketError)

    /// Waits for `interest` from now on; with nothing, not any more, so that the descriptor may be closed.
    ///
    /// - Parameters:
    ///   - former: what was waited for until now.
    ///   - number: by what the descriptor is reported. Numbers of descriptors themselves come again.
    func change(_ former: Readiness, to interest: Readiness, at descriptor: CInt, number: UInt64) throws(SocketError)

    /// Ends the wait that is going on, or else the next one.
    func wake()

    /// Waits until a descriptor is ready or somebody wakes it.
    func wait(_ ready: (_ number: UInt64, _ readiness: Readiness) -> Void)
}
