internal import PhotonPumpTransport
internal import PhotonPumpWire

/// A connection that was left for another one: it takes no more requests, but the answers to those that were sent on it
/// are still awaited, so that nobody has to wonder what became of them.
struct Departure {
    let number: Int
    let channel: PackageChannel
    /// The requests without an answer.
    var unanswered: Set<GUID>
    /// Fires when they are not waited for any longer.
    let timer: QueueTimer
}
