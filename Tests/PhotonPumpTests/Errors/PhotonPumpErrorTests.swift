import Foundation
import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Errors")
struct PhotonPumpErrorTests {
    @Test("errors keep the first cause and the last, however many there are in between")
    func nesting() {
        struct Flood: Error {}
        var error = PhotonPumpError(.connectionFailed, "attempt 0", underlying: Flood())
        for number in 1...10_000 { error = PhotonPumpError(.connectionFailed, "attempt \(number)", underlying: error) }
        #expect("\(error)" == "attempt 10000: attempt 9999: attempt 0: Flood()")
        let last = error.underlying as? PhotonPumpError
        #expect(last?.message == "attempt 9999")
        #expect((last?.underlying as? PhotonPumpError)?.underlying is Flood)
    }

    @Test("errors keep what their causes say besides the cause")
    func details() {
        let first = PhotonPumpError(.connectionFailed, "first")
        var second = PhotonPumpError(
            .connectionFailed, "second", underlying: PhotonPumpError(.connectionFailed, "x", underlying: first))
        second.endpoint = "10.0.0.1:1113"
        second.attempts = 3
        let third = PhotonPumpError(.timedOut, "third", underlying: second)
        #expect("\(third)" == "third: second: first [10.0.0.1:1113]")
        #expect((third.underlying as? PhotonPumpError)?.attempts == 3)
    }

    @Test("errors keep what the server says, but not the password that it repeats")
    func passwords() throws {
        let login = try Login(name: "admin", password: "s3cret")
        let basic = Data("admin:s3cret".utf8).base64EncodedString()
        for (words, kept) in [
            ("no such user", "no such user"), ("who is s3cret?", nil), ("Authorization: Basic \(basic)", nil),
        ] {
            var error = PhotonPumpError(.serverError, "refused", serverMessage: words)
            error.hide(login)
            #expect(error.serverMessage == kept)
            error = PhotonPumpError(.serverError, "refused", serverMessage: words)
            error.hide(try Login(name: "admin", password: ""))
            #expect(error.serverMessage == words)
        }
    }

    @Test("errors are one line, whose control characters are escaped once")
    func escaping() {
        let words = PhotonPumpError(.serverError, "a\u{1B}b", serverMessage: "c\r\nd\u{9B}e")
        let error = PhotonPumpError(.connectionFailed, "tried\u{7F}", underlying: words)
        #expect("\(error)" == #"tried\u{7F}: a\u{1B}b: c d\u{009B}e"#)
        // What ends lines without being a control character, or turns the text behind it around.
        let turning = PhotonPumpError(.serverError, "a\u{2028}b\u{202E}c\u{2066}d\u{200D}e")
        #expect("\(turning)" == "a\\u{2028}b\\u{202E}c\\u{2066}d\u{200D}e")
    }

    @Test("errors keep the beginning of what is long, whoever has said it")
    func length() {
        struct Long: Error, CustomStringConvertible {
            var description: String { String(repeating: "u", count: 100_000) }
        }
        let words = String(repeating: "ü", count: 100_000)
        let error = PhotonPumpError(.serverError, words, serverMessage: words, underlying: Long())
        #expect(error.serverMessage == words.prefix(1000) + "…")
        #expect(error.message == words.prefix(8000) + "…")
        #expect("\(PhotonPumpError(.serverError, "x", underlying: Long()))".count == 8001)
        #expect("\(error)".count == 8001)
    }

    @Test(
        "errors have the operation as a property and at the beginning of the message, and keep what they are told first"
    )
    func operation() {
        let error = PhotonPumpError(.timedOut, "no answer", during: "read 's'")
        #expect((error.operation, error.message) == ("read 's'", "read 's': no answer"))
        #expect(PhotonPumpError(.connectionLost, "lost").operation == nil)
        let told = PhotonPumpError(.connectionLost, "lost").during("read 's'", stream: "s")
        #expect((told.operation, told.message, told.stream) == ("read 's'", "read 's': lost", "s"))
    }

    @Test("errors say for people what they say for programmers")
    func localized() {
        let error: any Error = PhotonPumpError(.timedOut, "no answer", during: "read 's'", serverMessage: "busy")
        #expect(error.localizedDescription == "read 's': no answer: busy")
    }
}
