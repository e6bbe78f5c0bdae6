internal import Logging
internal import PhotonPumpWire

/// Logs each frame of a connection, except for what it contains.
struct FrameLog {
    private let logger: Logger

    /// - Returns: nil if nobody wants to see frames. A logger is asked once for each connection, as there can be a million
    ///   frames a second.
    init?(_ logger: Logger, to endpoint: Endpoint) {
        guard logger.logLevel <= .trace else { return nil }
        var logger = logger
        logger[metadataKey: LogKey.endpoint] = "\(endpoint)"
        self.logger = logger
    }

    /// - Parameter length: what the frame takes, without the bytes that say so.
    func sent(_ command: Command, _ correlation: GUID, length: Int) {
        self.log("frame sent", command, correlation, length)
    }

    func received(_ frame: Frame) {
        switch frame {
        case .package(let package): self.log("frame received", package.command, package.correlation, package.length)
        case .large(let frame): self.log("frame received", frame.command, frame.correlation, frame.length)
        }
    }

    private func log(_ message: Logger.Message, _ command: Command, _ correlation: GUID, _ length: Int) {
        self.logger.trace(
            message,
            metadata: [
                LogKey.command: "\(command)", LogKey.correlation: "\(correlation)", LogKey.length: "\(length)",
            ])
    }
}
