import ArgumentParser
import PhotonPump

/// Which events of all streams a command is about.
struct FilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only events whose type contains a match; only with $all.", valueName: "regex"))
    var types: String?
    @Option(
        help: ArgumentHelp("Only events of streams whose names begin with this; only with $all.", valueName: "prefix"))
    var streams: String?

    /// - Throws: `ValidationError` unless these events can be selected from `stream`.
    func check(_ stream: String) throws {
        if stream != "$all", self.types != nil || self.streams != nil {
            throw ValidationError("--types and --streams are for $all")
        }
    }

    /// nil for all of them.
    ///
    /// - Parameter withMetadata: whether to add the metadata of these streams.
    func value(withMetadata: Bool = false) -> EventFilter? {
        let byType = self.types.map { EventFilter.types(matching: $0) }
        guard let streams else { return byType }
        let byStream = EventFilter.streams(
            prefixedBy: [streams] + (withMetadata ? [StreamName.metadata(of: streams)] : []))
        return byType.map(byStream.and) ?? byStream
    }
}
