import PhotonPump

/// What ``EventPrinter`` prints on a line.
protocol PrintedEvent {
    /// What was found in the stream.
    var received: RecordedEvent { get }
    /// For people.
    var spans: [Span] { get }

    /// Appends it as JSON.
    func append(to line: inout [UInt8], _ json: inout EventJSON)
}

extension ResolvedEvent: PrintedEvent {
    var spans: [Span] {
        let received = self.received
        let place = Span("\(received.number)@\(received.stream)", .cyan)
        guard let event else {
            let target = "  -> \(received.data.text) (gone)"
            return [place, Span("  "), Span(received.type, .bold), Span(target, .yellow)]
        }
        let origin = self.link == nil ? "" : "  -> \(event.number)@\(event.stream)"
        let data = event.isJSON ? EventOutput.oneLine(event.data) : "\(event.data.count) bytes"
        return [place, Span("  "), Span(event.type, .bold), Span(origin, .dim), Span("  \(data)")]
    }

    func append(to line: inout [UInt8], _ json: inout EventJSON) { json.append(self, to: &line) }
}

extension ParkedEvent: PrintedEvent {
    var received: RecordedEvent { self.event.received }

    var spans: [Span] { self.event.spans + [Span("  (\(self.reason ?? "no reason given"))", .yellow)] }

    func append(to line: inout [UInt8], _ json: inout EventJSON) { json.append(self, to: &line) }
}
