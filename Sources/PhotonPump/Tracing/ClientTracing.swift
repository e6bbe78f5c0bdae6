internal import PhotonPumpTransport

#if Tracing
    public import Tracing

    extension Client {
        /// What makes the spans of a client: a `Tracer` of swift-distributed-tracing.
        public typealias TracingBackend = any Tracer
    }

    /// Makes the spans of a client. There is none where nobody collects them, so that it costs a client without a tracer
    /// one look at a nil.
    final class ClientTracing: Sendable {
        private struct Injector: Instrumentation.Injector {
            func inject(_ value: String, forKey key: String, into carrier: inout [(key: String, value: String)]) {
                carrier.removeAll { $0.key == key }
                carrier.append((key, value))
            }
        }

        private struct Extractor: Instrumentation.Extractor {
            func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
        }

        fileprivate let environment: Environment
        private let tracer: any Tracer
        /// Knows how contexts are carried.
        private let instrument: any Instrument
        private let name: String
        private let isCarried: Bool

        /// nil if the tracer, or the one that the program has bootstrapped if there is none, collects nothing, or if the
        /// settings switch it off.
        init?(_ tracer: Client.TracingBackend?, _ configuration: Client.Configuration, _ environment: Environment) {
            self.environment = environment
            self.tracer = tracer ?? InstrumentationSystem.tracer
            self.instrument = tracer ?? InstrumentationSystem.instrument
            self.name = configuration.connectionName
            self.isCarried = configuration.tracing == .full
            if self.tracer is NoOpTracer || configuration.tracing == .off { return nil }
        }

        fileprivate var now: DefaultTracerClock.Timestamp {
            let (seconds, fraction) = self.environment.sinceEpoch.components
            return .init(nanosecondsSinceEpoch: UInt64(clamping: seconds * 1_000_000_000 + fraction / 1_000_000_000))
        }

        private func start(_ description: SpanDescription) -> any Span {
            let kind: SpanKind =
                switch description.kind {
                case .client: .client
                case .producer: .producer
                case .consumer: .consumer
                }
            let span = self.tracer.startSpan(description.name, ofKind: kind, at: self.now)
            span.updateAttributes { attributes in
                attributes["messaging.client.id"] = self.name
                for (name, value) in description.attributes { attributes[name] = value.attribute }
            }
            return span
        }

        /// A call begins.
        ///
        /// - Returns: its trace, and the same conversation with the context in the events that it writes.
        func begin<C: Conversation>(_ conversation: C) -> (CallTrace, C) {
            let isOrigin = self.isCarried && conversation.carriesContext
            let span = self.start(SpanDescription(conversation, isOrigin: isOrigin))
            let trace = CallTrace(span, self)
            guard isOrigin else { return (trace, conversation) }
            var context: [(key: String, value: String)] = []
            self.instrument.inject(span.context, into: &context, using: Injector())
            return (trace, conversation.carrying(context))
        }

        /// Runs a handler, in a span that has a link to that of the event's publisher.
        func handle<Output>(
            _ event: ResolvedEvent, _ description: SpanDescription, _ handler: () async throws -> Output
        ) async throws -> Output {
            let span = self.start(description)
            defer { span.end(at: self.now) }
            var origin = ServiceContext.topLevel
            if let texts = event.event?.metadata.texts, !texts.isEmpty {
                self.instrument.extract(texts, into: &origin, using: Extractor())
            }
            if !origin.isEmpty { span.addLink(SpanLink(context: origin, attributes: [:])) }
            do {
                return try await ServiceContext.withValue(span.context) { try await handler() }
            } catch {
                span.fail(error, at: self.now)
                throw error
            }
        }
    }

    /// The span of a call, which tells its attempts.
    final class CallTrace: Sendable {
        private let span: any Span
        private let tracing: ClientTracing
        private let isPart: Bool

        fileprivate init(_ span: any Span, _ tracing: ClientTracing, isPart: Bool = false) {
            self.span = span
            self.tracing = tracing
            self.isPart = isPart
        }

        /// For a request that belongs to the call and does not end it.
        var part: CallTrace { CallTrace(self.span, self.tracing, isPart: true) }

        /// The request was sent.
        func sent(_ attempt: Int, to node: Endpoint) {
            let server: [String: SpanAttribute] = [
                "server.address": .string(node.host), "server.port": .int64(Int64(node.port)),
            ]
            self.span.updateAttributes { attributes in
                for (name, value) in server { attributes[name] = value }
            }
            self.add("request sent", server.merging(["messaging.eventstore.attempt": .int64(Int64(attempt))]) { $1 })
        }

        /// Something about an attempt, for which there may be a reason.
        func note(_ text: String, because error: PhotonPumpError?) {
            guard let error else { return self.add(text, [:]) }
            self.add(text, ["error.type": .string(error.code.description), "error.message": .string("\(error)")])
        }

        private func add(_ text: String, _ attributes: [String: SpanAttribute]) {
            self.span.addEvent(SpanEvent(name: text, at: self.tracing.now, attributes: SpanAttributes(attributes)))
        }

        func ended(_ result: Result<some Sendable, any Error>) {
            if self.isPart { return }
            if case .failure(let error) = result { self.span.fail(error, at: self.tracing.now) }
            self.span.end(at: self.tracing.now)
        }
    }

    extension Span {
        fileprivate func fail(_ error: any Error, at instant: DefaultTracerClock.Timestamp) {
            self.updateAttributes { $0["error.type"] = SpanDescription.kind(of: error) }
            self.recordError(error, attributes: [:], at: instant)
            self.setStatus(SpanStatus(code: .error, message: "\(error)"))
        }
    }

    extension SpanDescription.Value {
        fileprivate var attribute: SpanAttribute {
            switch self {
            case .text(let text): .string(text)
            case .number(let number): .int64(Int64(number))
            }
        }
    }
#else
    extension Client {
        /// There is none without the trait `Tracing` of the package.
        public enum TracingBackend: Sendable {}
    }

    /// There is none.
    struct ClientTracing: Sendable {
        init?(_ tracer: Client.TracingBackend?, _ configuration: Client.Configuration, _ environment: Environment) {
            return nil
        }

        func begin<C: Conversation>(_ conversation: C) -> (CallTrace, C) { (CallTrace(), conversation) }

        func handle<Output>(
            _ event: ResolvedEvent, _ description: SpanDescription, _ handler: () async throws -> Output
        ) async throws -> Output { try await handler() }
    }

    struct CallTrace: Sendable {
        var part: CallTrace { self }
        func sent(_ attempt: Int, to node: Endpoint) {}
        func note(_ text: String, because error: PhotonPumpError?) {}
        func ended(_ result: Result<some Sendable, any Error>) {}
    }
#endif
