/// Where a subscription begins. Places are event numbers (`Int64`) in a stream, and ``Position``s in `$all`.
///
/// It can be stored, to continue there later: see ``SubscriptionMessage/checkpoint(_:)``.
public enum SubscriptionStart<Place: Hashable & Sendable>: Hashable, Sendable {
    /// At the first event.
    case start
    /// After the last event at the time of the call.
    case end
    /// At the first event after this place.
    case after(Place)
    /// At the event at this place, or the first one after it.
    case from(Place)
}

extension SubscriptionStart: Codable where Place: Codable {}
