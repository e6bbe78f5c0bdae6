internal import PhotonPumpTransport

extension Environment {
    /// The time since 1970 in milliseconds, for new events.
    var milliseconds: Int64 { Int64(self.sinceEpoch / .milliseconds(1)) }
}
