import Foundation

extension [UInt8] {
    mutating func append(ascii text: StaticString) {
        text.withUTF8Buffer { self.append(contentsOf: $0) }
    }

    mutating func append(decimal number: Int64) {
        if number < 0 { self.append(UInt8(ascii: "-")) }
        var place = number.magnitude
        let start = self.endIndex
        repeat {
            self.append(UInt8(ascii: "0") + UInt8(place % 10))
            place /= 10
        } while place > 0
        self[start...].reverse()
    }

    /// - Parameter number: not negative, and with no more digits than that.
    mutating func append(_ number: Int, digits: Int) {
        var place = digits == 3 ? 100 : 10
        while place > 0 {
            self.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / place % 10))
            place /= 10
        }
    }

    mutating func append(_ id: UUID) {
        Swift.withUnsafeBytes(of: id.uuid) { bytes in
            for (index, byte) in bytes.enumerated() {
                if [4, 6, 8, 10].contains(index) { self.append(UInt8(ascii: "-")) }
                self.append(hexDigit(byte >> 4))
                self.append(hexDigit(byte))
            }
        }
    }
}
