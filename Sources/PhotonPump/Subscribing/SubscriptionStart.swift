/// Where a subscription begins. Places are event numbers in a stream (`Int64`), and ``Position``s in `$all`.
///
/// It can be stored, to go on there later: see ``SubscriptionMessage/checkpoint(_:)``.
public enum SubscriptionStart<Place: Hashable & Sendable>: Hashable, Sendable {
    /// With the first event there is.
    case start
    /// Behind the last event there is at the time of the call.
    case end
    /// With the first event behind this place.
    case after(Place)
    /// With the event at this place, or the first one behind it.
    case from(Place)
}

extension SubscriptionStart: Codable where Place: Codable {}
