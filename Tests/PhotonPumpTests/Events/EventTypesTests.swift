import Foundation
import Testing

@testable import PhotonPump

@Suite("Event types")
struct EventTypesTests {
    private struct Jumped: Codable, Equatable { var height: Int }
    private struct Rested: Codable, Equatable { var hours: Int }
    private struct Hopped: Codable { var feet: Int }
    private struct Impossible: Error {}

    private enum Event: Equatable {
        case jumped(Jumped)
        case rested(Rested)
    }

    private static let types = EventTypes<Event>()
        .adding("Jumped", Event.jumped)
        .adding("Rested", Event.rested)
        .upcasting("Hopped") { (hop: Hopped) in
            guard hop.feet > 0 else { throw Impossible() }
            return .jumped(Jumped(height: hop.feet / 3))
        }

    private static func recorded(_ type: String, _ data: Payload, metadata: Payload = Payload()) -> RecordedEvent {
        RecordedEvent(
            NewEvent(type: type, data: data, metadata: metadata, isJSON: true), stream: "ponies", number: 5)
    }

    private static func decoded(_ type: String, _ data: Payload) -> DecodedEvent<Event> {
        self.recorded(type, data).decoded(by: self.types)
    }

    @Test("event types give an event its value, and a value its name")
    func bothWays() throws {
        let new = try Self.types.newEvent(Jumped(height: 4), metadata: ["by": "me"])
        #expect((new.type, new.data.text, new.metadata.text) == ("Jumped", #"{"height":4}"#, #"{"by":"me"}"#))
        #expect(try RecordedEvent(new).decoded(by: Self.types).get() == .jumped(Jumped(height: 4)))
        #expect(try ResolvedEvent(new).decoded(by: Self.types).get() == .jumped(Jumped(height: 4)))
        #expect(try DeliveredEvent(new).decoded(by: Self.types).get() == .jumped(Jumped(height: 4)))
        let body: any Codable = Rested(hours: 2)
        #expect(try Self.types.newEvent(body).type == "Rested")
    }

    @Test("event types read old versions and do not write them")
    func upcasting() throws {
        #expect(try Self.decoded("Hopped", #"{"feet":12}"#).get() == .jumped(Jumped(height: 4)))
        let error = try #require(throws: PhotonPumpError.self) { try Self.types.newEvent(Hopped(feet: 1)) }
        #expect(error.code == .invalidArgument)
        #expect("\(error)".contains("Hopped"))
        #expect("\(error)".contains("'Jumped', 'Rested'"))
    }

    @Test("event types tell versions of the same name apart by a condition")
    func conditions() throws {
        let hop: @Sendable (Hopped) -> Event = { .jumped(Jumped(height: $0.feet / 3)) }
        let isOld: @Sendable (RecordedEvent) -> Bool = { $0.metadata.text == "1" }
        let isOlder: @Sendable (RecordedEvent) -> Bool = { $0.metadata.text == "0" }
        for types in [
            EventTypes<Event>().adding("Jumped", Event.jumped).upcasting("Jumped", where: isOld, hop)
                .upcasting("Jumped", where: isOlder) { (_: Rested) in .jumped(Jumped(height: 0)) },
            EventTypes<Event>().upcasting("Jumped", where: isOlder) { (_: Rested) in .jumped(Jumped(height: 0)) }
                .upcasting("Jumped", where: isOld, hop).adding("Jumped", Event.jumped),
        ] {
            func height(_ data: Payload, _ metadata: Payload) throws -> Event? {
                try Self.recorded("Jumped", data, metadata: metadata).decoded(by: types).get()
            }
            #expect(try height(#"{"height":9}"#, "2") == .jumped(Jumped(height: 9)))
            #expect(try height(#"{"feet":12}"#, "1") == .jumped(Jumped(height: 4)))
            #expect(try height(#"{"hours":1}"#, "0") == .jumped(Jumped(height: 0)))
            // It is not tried whether it would pass for another version.
            #expect(throws: PhotonPumpError.self) { try height(#"{"feet":12}"#, "2") }
        }
    }

    @Test("event types leave an event as it is that they do not know")
    func unknown() throws {
        guard case .unknown(let event) = Self.decoded("Flew", "?") else { return #expect(Bool(false)) }
        #expect((event.type, event.data.text) == ("Flew", "?"))
        #expect(try Self.decoded("Flew", "?").get() == nil)
    }

    @Test(
        "event types hand over the bytes and the reason of an event that cannot be decoded",
        arguments: [("Jumped", "{}"), ("Jumped", "no JSON"), ("Hopped", #"{"feet":0}"#)])
    func undecodable(type: String, data: String) throws {
        guard case .undecodable(let event, let reason) = Self.decoded(type, Payload(data)) else {
            return #expect(Bool(false))
        }
        #expect(event.data.text == data)
        #expect(reason.code == .undecodableEvent)
        #expect((reason.stream, reason.eventNumber) == ("ponies", 5))
        #expect("\(reason)".contains("event 5 of 'ponies' (type '\(type)')"), "\(reason)")
        #expect(reason.underlying is DecodingError == (type == "Jumped"))
        #expect(throws: PhotonPumpError.self) { try Self.decoded(type, Payload(data)).get() }
    }

    @Test("event types take a link whose target is gone for what it is")
    func danglingLink() throws {
        let link = RecordedEvent(.link(to: 3, in: "ponies"), stream: "$ce-ponies", number: 8)
        guard case .undecodable(let event, let reason) = ResolvedEvent(danglingLink: link).decoded(by: Self.types)
        else {
            return #expect(Bool(false))
        }
        #expect((event.number, reason.code) == (8, .linkTargetMissing))
    }

    @Test("event types use the coders they are given, and others for metadata")
    func coders() throws {
        struct Seen: Codable, Equatable { var seenAt: Date }
        let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
        encoder.dateEncodingStrategy = .iso8601
        encoder.keyEncodingStrategy = .convertToSnakeCase
        decoder.dateDecodingStrategy = .iso8601
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let types = EventTypes<Seen>(encoder: encoder, decoder: decoder).adding("Seen") { $0 }
        let event = try types.newEvent(Seen(seenAt: Date(timeIntervalSince1970: 0)), metadata: Jumped(height: 1))
        #expect(event.data.text == #"{"seen_at":"1970-01-01T00:00:00Z"}"#)
        #expect(event.metadata.text == #"{"height":1}"#)
        #expect(try RecordedEvent(event).decoded(by: types).get() == Seen(seenAt: Date(timeIntervalSince1970: 0)))
    }
}
