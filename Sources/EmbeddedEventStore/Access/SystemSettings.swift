internal import Foundation
internal import PhotonPumpWire

/// The latest event of the stream `$settings`: who has which right to streams that do not say so themselves.
struct SystemSettings: Equatable {
    var userStreams = AccessList()
    var systemStreams = AccessList()
}

extension SystemSettings: Decodable {
    private enum CodingKeys: String, CodingKey {
        case userStreams = "$userStreamAcl"
        case systemStreams = "$systemStreamAcl"
    }

    /// Has no effect if the event is malformed.
    init(_ event: ProposedEvent) {
        self = (try? JSONDecoder().decode(Self.self, from: event.data.foundationData)) ?? Self()
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        if members.contains(.userStreams) {
            self.userStreams = try members.decode(AccessList.self, forKey: .userStreams)
        }
        if members.contains(.systemStreams) {
            self.systemStreams = try members.decode(AccessList.self, forKey: .systemStreams)
        }
    }
}
