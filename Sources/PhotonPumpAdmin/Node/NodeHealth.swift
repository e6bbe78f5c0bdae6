public import PhotonPump

/// Whether a node is fit for work, for what watches over it.
public struct NodeHealth: Sendable {
    /// Whether it answers at all. One that does not, for a while, should be restarted.
    public let isLive: Bool
    /// Whether it serves requests. One that does not should get none for now, but may be catching up.
    public let isReady: Bool
    /// What it says of itself, if it does.
    public let info: NodeInfo?
    /// Why it is not live or not ready, if there was an error.
    public let error: PhotonPumpError?
}
