import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Publishing")
struct PublishTests {
    private static let limits = WriteLimits(maximumFrameSize: 64 << 20)

    private func publish(
        _ events: [NewEvent] = [NewEvent(type: "t", data: Payload("{}"), isJSON: true)],
        to stream: String = "ponies",
        expecting expected: ExpectedVersion = .version(4)
    ) throws -> Publish {
        try Publish(events, to: stream, expecting: expected, limits: Self.limits)
    }

    @Test(
        "publishing sends the number that stands for the expected version",
        arguments: [(ExpectedVersion.any, Int64(-2)), (.noStream, -1), (.streamExists, -4), (.version(7), 7)]
    )
    func expectedVersions(expected: ExpectedVersion, number: Int64) throws {
        let message = try #require(self.publish(expecting: expected).request.message as? WriteEvents)
        #expect(message.expectedVersion == number)
        #expect(message.requireMaster)
    }

    @Test("publishing reports numbers, position and the next version to expect")
    func success() throws {
        let reply = WriteEventsCompleted(
            result: .success, firstEventNumber: 5, lastEventNumber: 6, preparePosition: 100, commitPosition: 100,
            currentVersion: 0
        )
        let result = try self.publish().received(reply).result.get()
        #expect((result.firstEventNumber, result.lastEventNumber) == (5, 6))
        #expect(result.position == Position(commit: 100, prepare: 100))
        #expect(result.nextExpectedVersion == .version(6))
        #expect(!result.wasAlreadyWritten)
    }

    @Test("publishing reports a write that had been made before as such, not as one at position -1")
    func repeated() throws {
        let reply = WriteEventsCompleted(
            result: .success, firstEventNumber: 5, lastEventNumber: 6, preparePosition: -1, commitPosition: -1
        )
        let result = try self.publish().received(reply).result.get()
        #expect(result.wasAlreadyWritten)
        #expect(result.position == nil)
    }

    @Test("S53: publishing reports a conflict with stream, expected and actual version")
    func conflict() throws {
        let reply = WriteEventsCompleted(
            result: .wrongExpectedVersion, message: "Wrong expected version.", currentVersion: 6)
        let error = try #require(self.publish().received(reply).error)
        #expect(error.code == .wrongExpectedVersion)
        #expect(error.stream == "ponies")
        #expect(error.conflict == VersionConflict(expected: .version(4), actual: 6))
        #expect(error.message == "publish 1 event to 'ponies': expected version 4, but the stream has version 6")
    }

    @Test(
        "S71: publishing reports version 0 of a server that leaves out zeros, and none of one that does not know the version"
    )
    func omittedVersion() throws {
        for (commit, actual) in [(nil, 0), (0, nil)] as [(Int64?, Int64?)] {
            let reply = WriteEventsCompleted(
                result: .wrongExpectedVersion, commitPosition: commit, currentVersion: nil)
            let error = try #require(self.publish().received(reply).error)
            #expect(error.conflict == VersionConflict(expected: .version(4), actual: actual))
        }
    }

    @Test(
        "publishing says that the server knows some of the events, where that is all it can mean",
        arguments: [.any, .streamExists] as [ExpectedVersion])
    func partlyKnown(_ expected: ExpectedVersion) throws {
        let reply = WriteEventsCompleted(result: .wrongExpectedVersion, currentVersion: 2)
        let error = try #require(self.publish(expecting: expected).received(reply).error)
        #expect(error.code == .wrongExpectedVersion)
        #expect(error.message.contains("the server already has the first of these events, but not all of them"))
        #expect(error.conflict == VersionConflict(expected: expected, actual: 2))
    }

    @Test(
        "publishing gives each failure its code",
        arguments: [
            (OperationResult.prepareTimeout, PhotonPumpError.Code.serverTimeout), (.commitTimeout, .serverTimeout),
            (.forwardTimeout, .serverTimeout), (.streamDeleted, .streamDeleted), (.accessDenied, .accessDenied),
            (.invalidTransaction, .serverError), (OperationResult(rawValue: 99), .unexpectedReply),
        ]
    )
    func failures(result: OperationResult, code: PhotonPumpError.Code) throws {
        let reply = WriteEventsCompleted(result: result, message: "the server's words")
        let error = try #require(self.publish().received(reply).error)
        #expect(error.code == code)
        #expect(error.stream == "ponies")
        #expect(error.serverMessage == "the server's words")
    }

    @Test("S55: publishing an event above the server's limit is refused before sending, naming size and limit")
    func eventTooLarge() throws {
        let small = NewEvent(type: "small", data: Payload(), isJSON: false)
        let large = NewEvent(type: "large", data: [UInt8](repeating: 0, count: 16 << 20), isJSON: false)
        let error = try #require(throws: PhotonPumpError.self) { try self.publish([small, large]) }
        #expect(error.code == .tooLarge)
        #expect(error.message.contains("event 1 ('large') for 'ponies' would take 16777238 bytes"), "\(error.message)")
        #expect(error.message.contains("16767215"))
    }

    @Test(
        "publishing an event with long names counts two bytes for each of their characters, as the server does",
        arguments: ["s", "ß", "駒"])
    func longNames(_ character: String) throws {
        let name = String(repeating: character, count: 12_000 / character.utf8.count)
        let counted = 2 * max(name.utf8.count, 2 * name.utf16.count)
        let limit = WriteLimits.maximumEventSize - 1
        for (size, isAccepted) in [(limit - counted, true), (limit - counted + 1, false)] {
            let event = NewEvent(type: name, data: [UInt8](repeating: 0, count: size), isJSON: false)
            let result = Result { try self.publish([event], to: name) }
            #expect(((try? result.get()) != nil) == isAccepted, "\(result)")
        }
    }

    @Test("publishing events that together exceed a frame is refused before sending")
    func batchTooLarge() throws {
        let event = NewEvent(type: "t", data: [UInt8](repeating: 0, count: 14 << 20), isJSON: false)
        let error = try #require(throws: PhotonPumpError.self) { try self.publish(Array(repeating: event, count: 5)) }
        #expect(error.code == .tooLarge)
        #expect(error.message.contains("5 events together"), "\(error.message)")
    }

    @Test("what publishing accepts fits into a frame")
    func checkIsOnTheSafeSide() throws {
        let limits = WriteLimits(maximumFrameSize: 4096)
        let stream = String(repeating: "s", count: 300)
        for count in 1...40 {
            let events = (0..<count).map {
                NewEvent(type: "type", data: [UInt8](repeating: 0, count: $0 * 13), isJSON: true)
            }
            guard let publish = try? Publish(events, to: stream, expecting: .any, limits: limits) else { continue }
            #expect(publish.request.message.encoded().count + 18 <= 4096)
        }
    }

    @Test("publishing what can never work is refused before sending")
    func invalid() throws {
        let untyped = NewEvent(type: "", data: Payload(), isJSON: false)
        for attempt in [
            { _ = try self.publish(to: "") }, { _ = try self.publish(expecting: .version(-1)) },
            { _ = try self.publish([untyped]) },
        ] as [() throws -> Void] {
            #expect(try #require(throws: PhotonPumpError.self, performing: attempt).code == .invalidArgument)
        }
    }
}
