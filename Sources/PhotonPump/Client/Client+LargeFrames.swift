internal import Logging
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Answers that are larger than the client takes. The connection is not to blame, and goes on.
extension Client {
    /// A frame of more than this many times the largest that is taken ends the connection, as passing over it would take
    /// too long.
    static let mostSkipped = 4

    /// A frame was passed over, on the present connection or the one that was left: whoever it is for asks for less, or
    /// fails.
    func refused(_ frame: LargeFrame, _ number: Int) {
        self.logger.debug(
            "large frame passed over", metadata: [LogKey.command: "\(frame.command)", LogKey.size: "\(frame.length)"])
        if number == self.departure?.number {
            guard self.departure?.unanswered.remove(frame.correlation) != nil else { return }
            self.refuse(frame, on: self.departure?.channel)
            if self.departure?.unanswered.isEmpty == true { self.endDeparture() }
        } else if number == self.connector.attempt, case .connected(let channel, _) = self.link {
            self.refuse(frame, on: channel)
        }
    }

    private func refuse(_ frame: LargeFrame, on channel: PackageChannel?) {
        if let exchange = self.table.entry(frame.correlation) {
            if exchange.answerWasTooLarge(bytes: frame.length) {
                self.table.delay(frame.correlation, until: .now)
            } else {
                _ = self.table.finish(frame.correlation)
                exchange.fail(self.tooLarge(frame, channel))
            }
        } else if let subscriber = self.subscribers.receiver(of: Package(frame.command, frame.correlation)) {
            self.leave(frame.correlation)
            subscriber.ended(self.tooLarge(frame, channel).during("receive an event", stream: nil))
        }
    }

    private func tooLarge(_ frame: LargeFrame, _ channel: PackageChannel?) -> PhotonPumpError {
        let limit = self.configuration.maximumFrameSize
        var error = PhotonPumpError(
            .tooLarge,
            """
            the server sends \(frame.length) bytes at once, even for a pageSize of 1, which is more than maximumFrameSize \
            allows (\(limit))
            """)
        error.endpoint = channel?.peer
        return error
    }

    /// Tells the exchange whose answer had begun to arrive when the connection ended.
    ///
    /// - Returns: its id, if it asks for less now, so that there is no reason to wait before the next connection.
    func cutShort(_ channel: PackageChannel) -> GUID? {
        guard let frame = channel.unfinished, let exchange = self.table.entry(frame.correlation),
            exchange.answerWasTooLarge(bytes: frame.length)
        else { return nil }
        return frame.correlation
    }
}
