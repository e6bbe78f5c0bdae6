/// A message of the protocol as a Swift value.
package protocol WireMessage: Sendable {
    /// Reads a payload.
    init(decoding payload: Bytes) throws(MalformedMessage)

    /// Appends a package with this message as its payload.
    func append(to buffer: inout OutboundBuffer, _ command: Command, _ correlation: GUID, login: Login?)
}

extension WireMessage {
    /// The message alone, without a package around it.
    package func encoded() -> Bytes {
        var buffer = OutboundBuffer()
        self.append(to: &buffer, .badRequest, .zero, login: nil)
        var frame = Bytes()
        buffer.drain { all in
            frame = Bytes(copying: all)
            return all.count
        }
        return frame.slice(Package.lengthBytes + Package.minimumLength..<frame.count)
    }
}
