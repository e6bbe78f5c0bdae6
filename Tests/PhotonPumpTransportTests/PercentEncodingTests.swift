import PhotonPumpTransport
import Testing

@Suite struct PercentEncodingTests {
    @Test("everything is encoded that could mean something in a URL, byte by byte")
    func encoding() {
        let plain = "ABCXYZabcxyz0189-._~"
        #expect(PercentEncoding.encode(plain) == plain)
        #expect(
            PercentEncoding.encode("/?#[]@!$&'()*+,;=%: \u{1}")
                == "%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%25%3A%20%01")
        #expect(PercentEncoding.encode("é€😀\0") == "%C3%A9%E2%82%AC%F0%9F%98%80%00")
        // Letters and digits, but not in ASCII.
        #expect(PercentEncoding.encode("ａ１٣") == "%EF%BD%81%EF%BC%91%D9%A3")
    }

    @Test("what was encoded is decoded to what it was", arguments: ["", "a b", "%", "%41", "é€😀\0", "e\u{301}", "a+b"])
    func roundTrip(text: String) throws {
        #expect(try PercentEncoding.decode(PercentEncoding.encode(text)).utf8.elementsEqual(text.utf8))
    }

    @Test("what needs no encoding may be left as it is, and digits may be small")
    func leniency() throws {
        #expect(try PercentEncoding.decode("é/?%c3%A9+") == "é/?é+")
    }

    @Test("a % needs two hexadecimal digits", arguments: ["%", "a%4", "%%41", "%+1", "%-1", "%4g", "%４１", "%é0"])
    func brokenDigits(text: String) {
        #expect(throws: PercentEncoding.Mistake.digitsMissing) { try PercentEncoding.decode(text) }
    }

    @Test("bytes that are not UTF-8 are refused", arguments: ["%FF", "%C3", "%C3%28", "%ED%A0%80"])
    func brokenText(text: String) {
        #expect(throws: PercentEncoding.Mistake.notUTF8) { try PercentEncoding.decode(text) }
    }
}
