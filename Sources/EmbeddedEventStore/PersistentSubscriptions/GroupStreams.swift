internal import Foundation
internal import PhotonPumpWire

/// The streams that a persistent subscription writes to.
struct GroupStreams {
    static let checkpointType = "SubscriptionCheckpoint"

    let checkpoint: StreamName
    let parked: StreamName

    /// - Parameter id: the id of the persistent subscription.
    init(_ id: String) {
        self.checkpoint = StreamName("$persistentsubscription-\(id)-checkpoint")
        self.parked = StreamName("$persistentsubscription-\(id)-parked")
    }
}

/// What a link in the stream of parked events contains besides its target.
struct ParkedMetadata: Encodable {
    let added: String
    let reason: String
    let subscriptionEventNumber: Int64

    init(_ event: GroupEvent, _ reason: String, now: Int64) {
        self.added = Date(milliseconds: now).ISO8601Format(.iso8601WithFraction)
        self.reason = reason
        self.subscriptionEventNumber = event.number
    }
}

extension Bytes {
    /// - Parameter value: consists of strings, integers and booleans, all of which JSON can represent.
    init(json value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            self.init(try encoder.encode(value))
        } catch {
            preconditionFailure("\(type(of: value)) is more than texts, numbers and truth values: \(error)")
        }
    }
}

extension Date {
    init(milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}

extension FormatStyle where Self == Date.ISO8601FormatStyle {
    static var iso8601WithFraction: Self { Self(includingFractionalSeconds: true) }
}
