import PhotonPumpWire

/// The frame of a package.
func encoded(_ package: Package) -> [UInt8] {
    let buffer = OutboundBuffer()
    buffer.append(package)
    return taken(from: buffer)
}

/// Everything in a buffer, which is empty afterwards.
func taken(from buffer: OutboundBuffer) -> [UInt8] {
    var bytes: [UInt8] = []
    buffer.drain { waiting in
        bytes += waiting
        return waiting.count
    }
    return bytes
}

extension Array where Element == UInt8 {
    init(_ bytes: Bytes) {
        self = bytes.withUnsafeBytes { [UInt8]($0) }
    }

    /// The bytes of hexadecimal text; spaces and bars are for the reader.
    init(hex: String) {
        let digits = hex.filter(\.isHexDigit)
        self = stride(from: 0, to: digits.count, by: 2).map { offset in
            let start = digits.index(digits.startIndex, offsetBy: offset)
            return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16) ?? 0
        }
    }
}
