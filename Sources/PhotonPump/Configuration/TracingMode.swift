/// What a client does for distributed tracing, if there is a tracer.
public enum TracingMode: String, Sendable, Hashable, CaseIterable {
    /// It makes spans, and writes their context into the metadata of events.
    case full
    /// It makes spans, and leaves metadata as it is.
    case spans
    /// Nothing.
    case off
}
