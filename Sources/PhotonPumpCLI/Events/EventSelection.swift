import ArgumentParser
import PhotonPump

/// Which events of a stream, or of all streams, are printed.
struct EventSelection: ParsableArguments {
    @Flag(name: .customLong("no-resolve-links"), help: "Print links instead of the events they point to.")
    var keepsLinks = false
    @OptionGroup var only: FilterOptions

    /// - Throws: `ValidationError` unless these events can be selected from `stream`.
    func check(_ stream: String) throws {
        if stream.isEmpty { throw ValidationError("the stream's name is empty") }
        try self.only.check(stream)
    }

    /// The events to print of all streams; nil for all of them.
    var filter: EventFilter? { self.only.value() }
}
