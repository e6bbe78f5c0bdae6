import Foundation
import PhotonPumpWire
import Testing

@Suite("A GUID")
struct GUIDTests {
    static let text = "01234567-89ab-cdef-0123-456789abcdef"
    static let wire = [UInt8](hex: "67452301 ab89 efcd 0123 456789abcdef")

    @Test("a GUID has its first three groups reversed on the wire")
    func isWrittenInDotNetOrder() throws {
        let guid = GUID(textOrder: try #require(UUID(uuidString: Self.text)).uuid)
        var bytes = [UInt8](repeating: 0, count: 16)
        bytes.withUnsafeMutableBytes { $0.baseAddress.map(guid.write(to:)) }
        #expect(bytes == Self.wire)
        #expect(guid.description == Self.text)
    }

    @Test("a GUID is read back from the wire")
    func isReadInDotNetOrder() throws {
        let guid = try #require(Self.wire.withUnsafeBytes { GUID(wire: $0) })
        #expect(UUID(uuid: guid.textOrder).uuidString.lowercased() == Self.text)
    }

    @Test("a GUID has 16 bytes and no other number", arguments: [0, 15, 17])
    func needsSixteenBytes(count: Int) {
        #expect([UInt8](repeating: 1, count: count).withUnsafeBytes { GUID(wire: $0) } == nil)
    }
}
