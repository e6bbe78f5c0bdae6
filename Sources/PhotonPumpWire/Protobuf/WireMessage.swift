/// A message of the protocol as a Swift value.
package protocol WireMessage: Sendable {
    /// Reads a payload.
    init(decoding payload: Bytes) throws(MalformedMessage)

    /// Appends a package with this message as its payload.
    func append(to buffer: OutboundBuffer, _ command: Command, _ correlation: GUID, login: Login?)

    /// The message alone, without a package around it.
    func encoded() -> Bytes
}
