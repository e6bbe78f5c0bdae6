import ArgumentParser
import PhotonPump

/// Which events of a stream, or of all streams, are printed.
struct EventSelection: ParsableArguments {
    @Flag(name: .customLong("no-resolve-links"), help: "Print links instead of the events they point to.")
    var keepsLinks = false
    @Option(help: ArgumentHelp("Only events whose type contains a match; only with $all.", valueName: "regex"))
    var types: String?
    @Option(
        help: ArgumentHelp("Only events of streams whose names begin with this; only with $all.", valueName: "prefix"))
    var streams: String?

    /// - Throws: `ValidationError` unless these events can be selected from `stream`.
    func check(_ stream: String) throws {
        if stream.isEmpty { throw ValidationError("the stream's name is empty") }
        if stream != "$all", self.types != nil || self.streams != nil {
            throw ValidationError("--types and --streams are for $all")
        }
    }

    /// The events to print of all streams; nil for all of them.
    var filter: EventFilter? {
        let byType = self.types.map { EventFilter.types(matching: $0) }
        guard let streams else { return byType }
        let byStream = EventFilter.streams(prefixedBy: streams)
        return byType.map(byStream.and) ?? byStream
    }
}
