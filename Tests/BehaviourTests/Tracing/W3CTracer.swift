import InMemoryTracing
import Synchronization
import Tracing

/// Keeps its spans in memory, and carries contexts as W3C says.
struct W3CTracer: Tracer {
    let memory: InMemoryTracer

    /// - Parameter service: begins each id, in hexadecimal digits, so that no other tracer has the same.
    init(service: String) {
        let (traces, spans) = (Numbers(), Numbers())
        @Sendable func id(_ numbers: Numbers, _ length: Int) -> String {
            let number = String(numbers.next(), radix: 16)
            return service + String(repeating: "0", count: length - service.count - number.count) + number
        }
        self.memory = InMemoryTracer(
            idGenerator: .init(nextTraceID: { id(traces, 32) }, nextSpanID: { id(spans, 16) }))
    }

    private final class Numbers: Sendable {
        private let last = Atomic(0)

        func next() -> Int { self.last.wrappingAdd(1, ordering: .relaxed).newValue }
    }

    /// The spans that have ended, in the order of their ends.
    var spans: [FinishedInMemorySpan] { self.memory.finishedSpans }

    func spans(_ name: String) -> [FinishedInMemorySpan] { self.spans.filter { $0.operationName == name } }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> InMemorySpan {
        self.memory.startSpan(
            operationName, context: context(), ofKind: kind, at: instant(), function: function, file: fileID,
            line: line)
    }

    func forceFlush() {}

    /// Runs `body` in a span.
    func span(_ name: String, _ body: () async throws -> Void) async throws {
        let span = self.startSpan(name)
        defer { span.end() }
        try await ServiceContext.withValue(span.context) { try await body() }
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let span = context.inMemorySpanContext else { return }
        injector.inject("00-\(span.traceID)-\(span.spanID)-01", forKey: "traceparent", into: &carrier)
    }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        let parts = extractor.extract(key: "traceparent", from: carrier)?.split(separator: "-").map(String.init)
        guard let parts, parts.count == 4 else { return }
        context.inMemorySpanContext = InMemorySpanContext(traceID: parts[1], spanID: parts[2], parentSpanID: nil)
    }
}

extension FinishedInMemorySpan {
    /// What the metadata of an event says that was published in this span.
    var traceparent: String { "00-\(self.traceID)-\(self.spanID)-01" }

    /// The spans that it has links to.
    var origins: [String] { self.links.compactMap { $0.context.inMemorySpanContext?.spanID } }

    func text(_ attribute: String) -> String? {
        if case .string(let text)? = self.attributes.get(attribute) { text } else { nil }
    }

    func number(_ attribute: String) -> Int? {
        if case .int64(let number)? = self.attributes.get(attribute) { Int(number) } else { nil }
    }
}
