import ArgumentParser

/// How a command prints events.
struct PrintingOptions: ParsableArguments {
    @Flag(
        help: "Begin each line with the time at which the event was written, in UTC. (With --json it is there anyway.)")
    var times = false

    func style(_ options: GlobalOptions) -> EventPrinter.Style {
        EventPrinter.Style(isJSON: options.json, hasTimes: self.times, colours: options.colours)
    }
}
