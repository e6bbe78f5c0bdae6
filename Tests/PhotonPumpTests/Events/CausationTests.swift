import Foundation
import Testing

@testable import PhotonPump

@Suite("Cause and effect")
struct CausationTests {
    private static let id = UUID(uuidString: "01234567-89AB-CDEF-0123-456789ABCDEF")
    private static let text = "01234567-89ab-cdef-0123-456789abcdef"

    private static func event(metadata: Payload = Payload()) -> NewEvent {
        NewEvent(id: self.id, type: "t", data: "{}", metadata: metadata, isJSON: true)
    }

    @Test("an effect names its cause, and shares what the whole chain has in common")
    func chain() throws {
        let first = RecordedEvent(Self.event())
        #expect(first.correlationID == nil)
        #expect(first.causationID == nil)
        let second = RecordedEvent(try NewEvent(type: "t", data: "{}", isJSON: true).caused(by: first))
        #expect(second.metadata.text == #"{"$correlationId":"\#(Self.text)","$causationId":"\#(Self.text)"}"#)
        #expect(second.correlationID == Self.text)
        #expect(second.causationID == Self.id)
        let third = ResolvedEvent(try Self.event().caused(by: DeliveredEvent(ResolvedEvent(second))))
        #expect(third.correlationID == Self.text)
        #expect(third.causationID == second.id)
        let begun = ResolvedEvent(try Self.event().correlated(with: "order \"7\"\n"))
        #expect(begun.correlationID == "order \"7\"\n")
        #expect(try ResolvedEvent(Self.event().caused(by: begun)).correlationID == "order \"7\"\n")
    }

    @Test(
        "an effect keeps the metadata it has, to the letter",
        arguments: [
            ("{}", #"{"$correlationId":"c"}"#), (" { } ", #" {"$correlationId":"c" } "#),
            (#"{"a": 1.0, "a":2}"#, #"{"$correlationId":"c","a": 1.0, "a":2}"#),
            (#"{"$correlationId":"mine"}"#, #"{"$correlationId":"mine"}"#), ("", #"{"$correlationId":"c"}"#),
        ])
    func spliced(before: String, after: String) throws {
        #expect(try Self.event(metadata: Payload(before)).correlated(with: "c").metadata.text == after)
    }

    @Test(
        "an effect is not made of an event whose metadata has no room for a cause",
        arguments: [Payload("[{}]"), "7", "{", "binary", Payload([0xFF, 0xFE, 0x7B, 0, 0x7D, 0])])
    func noObject(metadata: Payload) throws {
        let error = try #require(throws: PhotonPumpError.self) {
            try Self.event(metadata: metadata).caused(by: RecordedEvent(Self.event()))
        }
        #expect(error.code == .invalidArgument)
    }

    @Test(
        "an effect has no cause where its metadata does not say so",
        arguments: ["7", "[]", "{", #"{"$correlationId":7,"$causationId":{}}"#, #"{"$causationId":"order 7"}"#])
    func unreadable(metadata: String) {
        let event = RecordedEvent(Self.event(metadata: Payload(metadata)))
        #expect(event.correlationID == nil)
        #expect(event.causationID == nil)
    }
}
