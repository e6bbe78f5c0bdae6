/// One package of the protocol.
///
/// ```
///  0        4    5    6                22                          22 + credentials
/// +--------+----+----+----------------+---------------------------+---------
/// | length |cmd |flag| correlation id | u login p password        | payload
/// | UInt32 |    |    | 16, .NET order | only with flag 1          |
/// +--------+----+----+----------------+---------------------------+---------
/// ```
/// The length is little-endian and counts what follows it.
package struct Package: Hashable, Sendable {
    /// Flag 1: credentials follow the correlation id. No other flag means anything between client and server.
    package static let authenticatedFlag: UInt8 = 0x01
    /// Flag 2: a write between nodes. Servers refuse it from clients.
    package static let trustedWriteFlag: UInt8 = 0x02

    package static let lengthBytes = 4
    /// Command, flags and correlation id.
    static let minimumLength = 18

    package var command: Command
    package var flags: UInt8
    package var correlation: GUID
    package var login: Login?
    package var payload: Bytes

    package init(_ command: Command, _ correlation: GUID, login: Login? = nil, payload: Bytes = Bytes()) {
        self.command = command
        self.flags = login == nil ? 0 : Self.authenticatedFlag
        self.correlation = correlation
        self.login = login
        self.payload = payload
    }

    /// What a frame with this package takes, without the bytes that say so.
    package var length: Int { Self.minimumLength + (self.login?.encodedCount ?? 0) + self.payload.count }
}

extension OutboundBuffer {
    /// Appends a package whose payload is at hand.
    package func append(_ package: Package) {
        self.append(package.command, package.correlation, login: package.login, payloadCount: package.payload.count) {
            target in package.payload.withUnsafeBytes { target.copyMemory(from: $0) }
        }
    }

    /// Appends a package whose payload of `payloadCount` bytes is written by `fill`, straight into its place.
    package func append(
        _ command: Command,
        _ correlation: GUID,
        login: Login? = nil,
        payloadCount: Int = 0,
        fill: (UnsafeMutableRawBufferPointer) -> Void = { _ in }
    ) {
        let header = Package.minimumLength + (login?.encodedCount ?? 0)
        self.append(Package.lengthBytes + header + payloadCount) { bytes in
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: header + payloadCount).littleEndian, as: UInt32.self)
            bytes[4] = command.rawValue
            bytes[5] = login == nil ? 0 : Package.authenticatedFlag
            correlation.write(to: bytes.baseAddress.unsafelyUnwrapped + 6)
            var position = Package.lengthBytes + Package.minimumLength
            for part in login.map({ [$0.name, $0.password] }) ?? [] {
                bytes[position] = UInt8(truncatingIfNeeded: part.utf8.count)
                position += 1
                for byte in part.utf8 {
                    bytes[position] = byte
                    position += 1
                }
            }
            fill(UnsafeMutableRawBufferPointer(rebasing: bytes[position...]))
        }
    }
}
