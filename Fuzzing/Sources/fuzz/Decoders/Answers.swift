import Foundation

@testable import PhotonPump
@testable import PhotonPumpAdmin

/// Answers of servers over HTTP are refused, or become values.
enum Answers {
    private struct Users: Decodable { let data: [User] }
    private struct Projections: Decodable { let projections: [Projection] }

    private static let readers: [@Sendable ([UInt8]) throws -> Void] = [
        { _ = "\(try JSONDecoder().decode(Projections.self, from: Data($0)).projections)" },
        { _ = try JSONDecoder().decode(ProjectionQuery.self, from: Data($0)) },
        Self.stable(ProjectionConfiguration.self),
        { _ = ProjectionPosition(String(decoding: $0, as: UTF8.self)) },
        { _ = ProjectionPosition(header: String(decoding: $0, as: UTF8.self)) },
        { _ = ProjectionStatus(String(decoding: $0, as: UTF8.self)).description },
        { _ = try JSONDecoder().decode(Users.self, from: Data($0)) },
        { _ = try JSONDecoder().decode(NodeInfo.self, from: Data($0)) },
        { _ = try JSONDecoder().decode(NodeStatistics.self, from: Data($0)) },
        { _ = try JSONDecoder().decode([SubscriptionDetails].self, from: Data($0)) },
        Self.stable(JSONValue.self),
        { _ = try PersistentSubscriptionInfo(json: $0) },
        { _ = try JSONDecoder().decode(GossipDocument.self, from: Data($0)) },
        Self.stable(SystemSettings.self),
        { bytes in _ = ServerAnswer(status: 500, headers: [:], body: bytes).words(without: ["x"]) },
        { _ = ServerDate.parse(String(decoding: $0, as: UTF8.self)) },
    ]

    static func run(_ bytes: UnsafeRawBufferPointer) {
        var choices = Choices(bytes)
        let reader = self.readers[choices.number(below: self.readers.count)]
        try? reader([UInt8](choices.rest()))
    }

    /// The same when it is written and read again.
    private static func stable<Value: Codable & Equatable & SendableMetatype>(
        _ type: Value.Type
    ) -> @Sendable ([UInt8]) throws -> Void {
        { bytes in
            let value = try JSONDecoder().decode(Value.self, from: Data(bytes))
            guard let written = try? JSONEncoder().encode(value) else { report("\(value) cannot be written") }
            let again = try? JSONDecoder().decode(Value.self, from: written)
            check(again == value, "\(value) is read again as \(String(describing: again))")
        }
    }
}
