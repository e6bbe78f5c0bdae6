import ArgumentParser
import Foundation
import PhotonPump

/// What becomes of events that cannot be moved as they are.
struct MovingRules: ParsableArguments {
    enum Links: String, ExpressibleByArgument, CaseIterable {
        case refuse, skip, keep, resolve
    }

    enum Extra: String, ExpressibleByArgument, CaseIterable {
        case refuse, skip, copy
    }

    enum Numbers: String, ExpressibleByArgument, CaseIterable {
        case keep, renew
    }

    @Option(
        help: ArgumentHelp(
            "Links to other events: refuse to go on, skip them, keep them as they are (they point to the same stream and number in the target), or resolve them: write the event that they point to.",
            valueName: "what"))
    var links = Links.refuse
    @Option(
        help: ArgumentHelp(
            "Metadata of streams, with their limits and permissions: refuse to go on, skip it, or copy it.",
            valueName: "what"))
    var metadata = Extra.refuse
    @Option(
        help: ArgumentHelp(
            "Streams in $all that were deleted for ever: refuse to go on, skip the deletion (the stream is there again), or copy it.",
            valueName: "what"))
    var tombstones = Extra.refuse
    @Option(
        help: ArgumentHelp(
            "The numbers of events: keep them, and refuse to go on where the beginning of a stream is gone, or renew them, from 0 without gaps.",
            valueName: "what"))
    var numbers = Numbers.keep

    func validate() throws {
        if self.links == .skip, self.numbers == .keep {
            throw ValidationError("--links skip leaves gaps in the numbers: give --numbers renew, too")
        }
    }

    /// What is to be done about an event.
    enum Step {
        /// To be written, under the name of its stream in `$all`.
        case write(NewEvent)
        /// The metadata of this stream is to be written.
        case metadata(of: String, NewEvent)
        /// This stream is to be deleted for ever.
        case tombstone(String)
        case leaveOut
    }

    /// - Parameter event: with its link resolved if ``links`` says so.
    /// - Throws: ``Refusal``.
    func step(for event: ResolvedEvent) throws -> Step {
        let received = event.received
        if received.type == CopyPlace.type { return .leaveOut }
        if received.stream.hasPrefix("$$"), event.position != nil {
            let stream = String(received.stream.dropFirst(2))
            // Those of the server itself.
            if stream.hasPrefix("$") { return .leaveOut }
            return try self.step(metadata: received, of: stream)
        }
        // A stream by its own name is wanted, whatever it is called.
        if received.stream.hasPrefix("$"), event.position != nil { return .leaveOut }
        if received.type == Self.tombstoneType {
            switch self.tombstones {
            case .refuse: throw Refusal(what: "'\(received.stream)' is deleted for ever", option: "tombstones")
            case .skip: return .leaveOut
            case .copy: return .tombstone(received.stream)
            }
        }
        if received.type == Self.linkType {
            let link = "event \(received.number) of '\(received.stream)' is a link to '\(received.data.text)'"
            switch self.links {
            case .refuse: throw Refusal(what: link, option: "links")
            case .skip: return .leaveOut
            case .keep: break
            case .resolve:
                guard let target = event.event, event.link != nil else {
                    throw Refusal(what: "\(link), which is gone", option: "links")
                }
                return .write(NewEvent(copying: target))
            }
        }
        return .write(NewEvent(copying: received))
    }

    /// What is to be done about the metadata of a stream, under its name in the target.
    func step(metadata event: RecordedEvent, of stream: String) throws -> Step {
        let members = try? JSONSerialization.jsonObject(with: Data(event.data)) as? [String: Any]
        if members?[CopyPlace.mark] != nil { return .leaveOut }
        let name = event.stream.dropFirst(2)
        switch self.metadata {
        case .skip: return .leaveOut
        case .refuse: throw Refusal(what: "'\(name)' has metadata", option: "metadata")
        case .copy:
            if self.numbers == .renew, members?["$tb"] != nil {
                throw Refusal(
                    what: "the metadata of '\(name)' says which event is its first, and numbers are renewed",
                    option: "metadata")
            }
            return .metadata(of: stream, NewEvent(copying: event))
        }
    }

    private static let linkType = "$>"
    private static let tombstoneType = "$streamDeleted"

    /// Something that cannot be moved as it is.
    struct Refusal: Error, CustomStringConvertible {
        let what: String
        let option: String

        var description: String { "\(self.what): say by --\(self.option) what to do" }
    }
}

extension NewEvent {
    /// Id, type and bytes are those of `event`.
    init(copying event: RecordedEvent) {
        self.init(
            id: event.id, type: event.type, data: event.data, metadata: event.metadata, isJSON: event.isJSON)
    }
}
