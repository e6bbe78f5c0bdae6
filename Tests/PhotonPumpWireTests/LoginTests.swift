import PhotonPumpWire
import Testing

@Suite("A login")
struct LoginTests {
    @Test("a login has up to 255 bytes of UTF-8 in each part")
    func longest() throws {
        let name = String(repeating: "ü", count: 127) + "u"
        let login = try Login(name: name, password: String(repeating: "p", count: 255))
        var decoder = FrameDecoder()
        encoded(Package(.authenticate, .zero, login: login)).withUnsafeBytes { decoder.append($0) }
        #expect(try decoder.next()?.login == login)
    }

    @Test("a login with more is refused, naming the part", arguments: ["name", "password"])
    func tooLong(part: String) {
        let long = String(repeating: "ü", count: 128)
        #expect(throws: LoginTooLong(part: part, count: 256)) {
            try Login(name: part == "name" ? long : "n", password: part == "password" ? long : "p")
        }
    }

    @Test("a login is described without its password")
    func isDescribedWithoutPassword() throws {
        #expect("\(try Login(name: "admin", password: "changeit"))" == "admin")
    }
}
