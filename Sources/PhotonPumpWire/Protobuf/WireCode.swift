/// A number that stands for something, and is any of an enumeration's in the schema. Others are representable, too: peers
/// may be newer.
package protocol WireCode: RawRepresentable, Hashable, Sendable where RawValue == UInt32 {
    init(rawValue: UInt32)
}

extension WireCode {
    init(_ value: some RawRepresentable<UInt32>) {
        self.init(rawValue: value.rawValue)
    }

    /// The number as it is written: those above 2^31 are taken for ones below zero.
    var encoded: Int64 { Int64(Int32(bitPattern: self.rawValue)) }

    /// The same number among those of the generated enumeration, which are any, too.
    func cValue<Enumeration: RawRepresentable<UInt32>>() -> Enumeration? { Enumeration(rawValue: self.rawValue) }
}
