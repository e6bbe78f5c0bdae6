import InMemoryTracing
import Logging
import ServiceLifecycle

/// Logs what was traced, each second. A service that is meant seriously takes swift-otel, or another of the backends that
/// there are.
struct Spans: Service {
    let tracer: InMemoryTracer
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(1))
                self.log()
            }
        }
        self.log()
    }

    private func log() {
        for span in self.tracer.popFinishedSpans() {
            var words = "\(span.operationName) is \(span.spanID) of \(span.traceID)"
            if let parent = span.parentSpanID { words += ", in \(parent)" }
            for link in span.links {
                guard let context = link.context.inMemorySpanContext else { continue }
                words += ", because of \(context.spanID) of \(context.traceID)"
            }
            self.logger.info("\(words)")
        }
    }
}
