import Foundation
import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Context in metadata")
struct CarriedContextTests {
    private static let context = [(key: "traceparent", value: "00-1-2-01"), (key: "tracestate", value: "a\"=b")]
    private static let members = #""traceparent":"00-1-2-01","tracestate":"a\"=b""#

    private func carried(
        _ events: [NewEvent], to stream: String = "ponies", limit: Int = 64 << 20
    ) throws -> [String] {
        let write = try Publish(
            events, to: stream, expecting: .any, limits: WriteLimits(maximumFrameSize: limit)
        ).carrying(Self.context)
        let message = try #require(write.request.message as? WriteEvents)
        return message.events.map { $0.metadata?.text ?? "" }
    }

    private func event(_ metadata: Payload, data: Payload = "{}") -> NewEvent {
        NewEvent(type: "t", data: data, metadata: metadata, isJSON: true)
    }

    @Test(
        "context becomes part of metadata that is a JSON object, without a change to the rest",
        arguments: [
            ("", "{\(members)}"), ("{}", "{\(members)}"), (" { } ", " {\(members) } "),
            (#"{"a":1e2}"#, "{\(members),\"a\":1e2}"), ("\n{\"a\": {}}", "\n{\(members),\"a\": {}}"),
        ])
    func added(metadata: String, expected: String) throws {
        #expect(try self.carried([self.event(Payload(metadata))]) == [expected])
    }

    @Test(
        "context stays out of metadata that has some of it, or is no JSON object",
        arguments: [
            #"{"tracestate":"c=d"}"#, #"{"traceparent":null}"#, "[]", "{", "{}}", "null", #""{}""#, "\u{0}",
        ])
    func keptOut(metadata: String) throws {
        #expect(try self.carried([self.event(Payload(metadata))]) == [metadata])
    }

    @Test("context stays out of bytes that are not UTF-8")
    func bytes() throws {
        let bytes: [UInt8] = [0x7B, 0xFF, 0x7D]
        let write = try Publish(
            [self.event(Payload(bytes))], to: "ponies", expecting: .any, limits: WriteLimits(maximumFrameSize: 1 << 20))
        let message = try #require(write.carrying(Self.context).request.message as? WriteEvents)
        #expect(message.events.map { $0.metadata.map { Array(Payload($0)) } } == [bytes])
    }

    @Test("context stays out of links")
    func links() throws {
        #expect(try self.carried([.link(to: 0, in: "ponies"), self.event("")]) == ["", "{\(Self.members)}"])
    }

    @Test("context is left out where it would make an event too large")
    func largeEvent() throws {
        let room = WriteLimits.maximumEventSize - 2 * "ponies".count - 2 * "t".count
        let added = Self.members.utf8.count + 2
        func data(_ count: Int) -> Payload { Payload([UInt8](repeating: 0x20, count: count)) }
        #expect(try self.carried([self.event("", data: data(room - added))]) == [""])
        #expect(try self.carried([self.event("", data: data(room - added - 1))]) == ["{\(Self.members)}"])
    }

    @Test("context is left out of the events that would make a write too large")
    func largeWrite() throws {
        let events = [self.event(""), self.event("")]
        // What the least limit is that lets these pass.
        func passes(_ limit: Int) -> Bool { (try? self.carried(events, limit: limit)) != nil }
        let least = try #require((1..<4096).first(where: passes))
        let added = Self.members.utf8.count + 2
        #expect(try self.carried(events, limit: least + added - 1) == ["", ""])
        #expect(try self.carried(events, limit: least + added) == ["{\(Self.members)}", ""])
        #expect(try self.carried(events, limit: least + 2 * added) == ["{\(Self.members)}", "{\(Self.members)}"])
    }

    @Test(
        "context belongs to no write to the server's own streams, and to no checkpoint", arguments: ["$a", "$$ponies"])
    func systemStreams(stream: String) throws {
        let limits = WriteLimits(maximumFrameSize: 1 << 20)
        let event = self.event("")
        #expect(try !Publish([event], to: stream, expecting: .any, limits: limits).carriesContext)
        #expect(
            try !Publish([event], to: "a", expecting: .any, limits: limits, carriesContext: false).carriesContext)
        #expect(
            try !WriteToTransaction([event], to: 1, on: stream, requireMaster: true, limits: limits).carriesContext)
        #expect(try Publish([event], to: "a", expecting: .any, limits: limits).carriesContext)
    }

    @Test("a write that is repeated for another version carries the same context")
    func repeated() throws {
        let write = try Publish(
            [self.event("")], to: "ponies", expecting: .any, limits: WriteLimits(maximumFrameSize: 1 << 20)
        ).carrying(Self.context)
        let again = try #require(write.expecting(.version(3)).request.message as? WriteEvents)
        #expect(again.events.map(\.metadata) == (write.request.message as? WriteEvents)?.events.map(\.metadata))
    }
}

@Suite("Descriptions of spans")
struct SpanDescriptionTests {
    @Test(
        "a span is named after what streams of one kind have in common",
        arguments: [
            ("ponies", "ponies"), ("pony-1", "pony-{id}"), ("pony-a-b", "pony-{id}"), ("$ce-pony", "$ce-pony"),
            ("$$pony-1", "$$pony-{id}"), ("E621E1F8-C36C-495A-93FC-0C247A3E6E5F", "{id}"),
        ])
    func names(stream: String, expected: String) throws {
        let read = ReadOneEvent(
            message: ReadEvent(stream: stream, eventNumber: 0, resolveLinks: false, requireMaster: false))
        let description = SpanDescription(read, isOrigin: false)
        #expect(description.name == "ReadEvent \(expected)")
        #expect(description.attributes["messaging.destination.name"] == .text(stream))
        let template = stream == expected ? nil : SpanDescription.Value.text(expected)
        #expect(description.attributes["messaging.destination.template"] == template)
    }
}
