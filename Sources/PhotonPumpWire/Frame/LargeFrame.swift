/// A frame that is too large to be taken, as far as its first bytes describe it.
package struct LargeFrame: Hashable, Sendable {
    package let command: Command
    package let correlation: GUID
    /// Its length, without the length prefix.
    package let length: Int

    package init(command: Command, correlation: GUID, length: Int) {
        self.command = command
        self.correlation = correlation
        self.length = length
    }
}

/// What a decoder finds next in the stream of bytes.
package enum Frame: Hashable, Sendable {
    case package(Package)
    /// Its length is above the limit; all of it was passed over.
    case large(LargeFrame)
}
