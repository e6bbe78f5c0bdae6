import Foundation
import PhotonPumpAdmin
import Testing

@Suite("Values of JSON")
struct JSONValueTests {
    /// More digits than any number has room for.
    private static let long = "877777777777777777.77777777777777777777777777777"

    @Test(
        "numbers are integers if they are whole and there is room for them, however many digits they are written with",
        arguments: [
            ("12", .integer(12)), ("12.0", .integer(12)), ("1e3", .integer(1000)), ("12.5", .number(12.5)),
            (Self.long, .integer(877_777_777_777_777_792)), ("1e30", .number(1e30)),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
        ] as [(String, JSONValue)])
    func numbers(json: String, value: JSONValue) throws {
        let decoded = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
        #expect(decoded == value)
    }

    @Test(
        "a value of JSON is the same when it is written and read again",
        arguments: [#"{"a":[1,2.5,null,true,"b",{}]}"#, Self.long, "-0.0", "1e-300"])
    func again(json: String) throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
        let written = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: written) == value)
    }
}
