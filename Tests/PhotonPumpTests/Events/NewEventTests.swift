import Foundation
import Testing

@testable import PhotonPump

@Suite("A new event")
struct NewEventTests {
    private struct Jump: Codable, Equatable {
        let pony: String
        let height: Int
    }

    @Test("a new event has a value as JSON, and metadata if there is any")
    func body() throws {
        let jump = Jump(pony: "Derpy Hooves", height: 10)
        let event = try NewEvent(type: "PonyJumped", body: jump, metadata: ["cause": "hay"])
        #expect(event.isJSON)
        #expect(try JSONDecoder().decode(Jump.self, from: Data(event.data)) == jump)
        #expect(event.metadata.text == #"{"cause":"hay"}"#)
        #expect(try NewEvent(type: "PonyJumped", body: jump).metadata.isEmpty)
    }

    @Test("a new event has an id of its own unless one is given")
    func ids() throws {
        let events = (0..<1000).map { _ in NewEvent(type: "t", data: Payload(), isJSON: false) }
        #expect(Set(events.map(\.id)).count == 1000)
        for event in events {
            let text = Array(event.id.uuidString)
            #expect(text[14] == "4", "version 4")
            #expect("89AB".contains(text[19]), "variant 1")
        }
        let id = UUID()
        #expect(NewEvent(id: id, type: "t", data: Payload(), isJSON: false).id == id)
    }

    @Test("a new event takes bytes of any kind")
    func bytes() {
        for event in [
            NewEvent(type: "t", data: [1, 2, 3], isJSON: false),
            NewEvent(type: "t", data: Data([1, 2, 3]), isJSON: false),
            NewEvent(type: "t", data: Payload([1, 2, 3]), isJSON: false),
        ] {
            #expect(Array(event.data) == [1, 2, 3])
        }
        let literal = NewEvent(type: "t", data: #"{"pony":"Rarity"}"#, metadata: "{}", isJSON: true)
        #expect((literal.data.text, literal.metadata.text) == (#"{"pony":"Rarity"}"#, "{}"))
    }

    @Test(
        "a new event has neither Base64 nor quoted text in place of the bytes or the text it was given",
        arguments: [Data([1]), [UInt8(1)], "text", Data?.some(Data([1]))] as [any Encodable & Sendable])
    func bytesAsBody(body: any Encodable & Sendable) throws {
        for make in [
            { try NewEvent(type: "PonyJumped", body: body) },
            { try NewEvent(type: "PonyJumped", body: 1, metadata: body) },
        ] {
            let error = try #require(throws: PhotonPumpError.self) { try make() }
            #expect(error.code == .invalidArgument)
            #expect("\(error)".contains("'PonyJumped'"), "\(error)")
        }
    }

    @Test("a new event keeps the keys of its metadata, whatever becomes of those of its data")
    func encoders() throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        struct Origin: Encodable { let causedBy = "hay" }
        let other = try NewEvent(type: "t", body: Origin(), metadata: Origin(), encoder: encoder)
        #expect(other.data.text == #"{"caused_by":"hay"}"#)
        #expect(other.metadata.text == #"{"causedBy":"hay"}"#)
        let same = try NewEvent(type: "t", body: 1, metadata: Origin(), metadataEncoder: encoder)
        #expect(same.metadata.text == #"{"caused_by":"hay"}"#)
    }
}

@Suite("A payload")
struct PayloadTests {
    @Test("a payload is a collection of its bytes")
    func collection() {
        let payload: Payload = "häy"
        #expect(payload.count == 4)
        #expect(payload.text == "häy")
        #expect(Array(payload) == Array("häy".utf8))
        #expect(Data(payload) == Data("häy".utf8))
        #expect(payload.first == UInt8(ascii: "h"))
        #expect(payload == Payload(Array("häy".utf8)))
        #expect(payload != Payload("hay"))
        #expect(Payload().isEmpty)
    }

    @Test("a payload shows what is not UTF-8 as replacement characters")
    func repaired() {
        #expect(Payload([0x68, 0xFF, 0x79]).text == "h\u{FFFD}y")
    }
}

@Suite("Errors in words")
struct ErrorDescriptionTests {
    private enum Breed: String, Codable { case pony }

    @Test("an error's description hold none of the data that could not be decoded")
    func undecodable() throws {
        let cause = try #require(throws: DecodingError.self) {
            try JSONDecoder().decode([String: Breed].self, from: Data(#"{"breed":"SECRET"}"#.utf8))
        }
        let error = PhotonPumpError(
            .undecodableEvent, "the data of event 0 of 's' cannot be decoded as Breed", underlying: cause)
        #expect(!"\(error)".contains("SECRET"))
        #expect("\(error)".hasSuffix(": breed: invalid value"), "\(error)")
    }

    private struct Order: Decodable {
        struct Item: Decodable { let price: Double }

        let items: [Item]
    }

    @Test(
        "an error's description says where a value cannot be decoded, as people write it",
        arguments: [
            (#"{"items":[{"price":1},{}]}"#, "items[1].price: no value"),
            (#"{"items":[{"price":null}]}"#, "items[0].price: no value of type Double"),
            (#"{"items":[{"price":1},{"price":"SECRET"}]}"#, "items[1].price: not of type Double"),
            (#"{"items":7}"#, "items: not of type Array<Any>"), ("{}", "items: no value"), ("SECRET", "invalid value"),
        ]
    )
    func path(json: String, words: String) throws {
        let cause = try #require(throws: DecodingError.self) {
            try JSONDecoder().decode(Order.self, from: Data(json.utf8))
        }
        #expect("\(PhotonPumpError(.undecodableEvent, "order", underlying: cause))" == "order: \(words)")
    }

    @Test("an error's description take one line, whatever is in a name")
    func oneLine() {
        let error = PhotonPumpError(.streamNotFound, "read 'a\nb\u{1B}[1m'")
        #expect("\(error)" == #"read 'a\nb\u{1B}[1m'"#)
    }
}
