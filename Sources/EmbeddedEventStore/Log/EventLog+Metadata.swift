internal import Foundation
internal import PhotonPumpWire

extension EventLog {
    private static let truncateBefore = "$tb"

    /// What a stream's metadata says at the moment. Of a metastream only the latest event counts, and nothing can be
    /// said about that.
    func metadata(of stream: StreamName) -> StreamMetadata {
        if stream.isMetastream { return StreamMetadata(maxCount: 1) }
        return self.streams[stream]?.metadata ?? StreamMetadata()
    }

    func isSoftDeleted(_ stream: StreamName) -> Bool {
        self.metadata(of: stream).isSoftDeleted
    }

    /// Obeys an event that was appended to `stream`, if that is a stream to obey.
    mutating func obey(_ event: ProposedEvent, of stream: StreamName) {
        if let original = stream.original {
            let metadata = StreamMetadata(event)
            self.update(original) { $0.metadata = metadata }
        } else if stream == .settings {
            self.settings = SystemSettings(event)
        }
    }

    /// Hides a stream until it is written to, and says so in its metadata, in place of what was there.
    mutating func hide(_ stream: StreamName, now: Int64) {
        self.describe(stream, #"{"\#(Self.truncateBefore)":\#(StreamHistory.deletedNumber)}"#, now: now)
    }

    /// Lets the events of a hidden stream be seen from `number` on, and leaves the rest of its metadata as it is.
    ///
    /// Metadata that is no JSON object stays: it hides nothing.
    mutating func show(_ stream: StreamName, from number: Int64, now: Int64) {
        let metastream = stream.metastream
        guard let place = self.streams[metastream]?.places.last,
            let value = try? JSONSerialization.jsonObject(with: self.entries[place].record.data.foundationData),
            var members = value as? [String: Any]
        else { return }
        members[Self.truncateBefore] = number
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? JSONSerialization.data(withJSONObject: members, options: options) else { return }
        self.describe(stream, String(decoding: data, as: UTF8.self), now: now)
    }

    /// Hides the events of a stream of the server's own below `number`.
    mutating func truncate(_ stream: StreamName, before number: Int64, now: Int64) {
        let admins = Identity.administrators
        let rights = AccessRight.allCases.map { #""\#($0.rawValue)":"\#(admins)""# }.joined(separator: ",")
        self.describe(stream, #"{"\#(Self.truncateBefore)":\#(number),"$acl":{\#(rights)}}"#, now: now)
    }

    /// Sets the metadata of a stream.
    mutating func describe(_ stream: StreamName, _ json: String, now: Int64) {
        let event = ProposedEvent(
            id: self.makeID(),
            type: "$metadata",
            isJSON: true,
            data: Bytes(utf8: json),
            metadata: Bytes()
        )
        self.append(event, to: stream.metastream, now: now)
        self.obey(event, of: stream.metastream)
    }
}
