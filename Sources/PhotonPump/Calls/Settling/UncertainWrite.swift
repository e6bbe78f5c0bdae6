internal import PhotonPumpWire

/// A write that servers recognise only as long as they remember its events' ids, which they do not do across a restart
/// or a change of the master. Once sent, it is uncertain until a definite answer comes, and never sent again as it is:
/// a ``Settlement`` finds out what became of it.
struct UncertainWrite: Sendable, Hashable {
    let stream: String
    /// Its events' ids; at least one.
    let events: [GUID]
    /// Whether it expects that the stream exists.
    let needsStream: Bool
    /// The number of the stream's last event as it was known before the write was sent; nil if none was.
    let knownBefore: Int64?
}
