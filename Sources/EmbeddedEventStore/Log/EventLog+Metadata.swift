internal import Foundation
internal import PhotonPumpWire

extension EventLog {
    private static let truncateBefore = "$tb"

    /// The current metadata of a stream. A metastream shows only its latest event, and cannot have other metadata.
    func metadata(of stream: StreamName) -> StreamMetadata {
        if stream.isMetastream { return StreamMetadata(maxCount: 1) }
        return self.streams[stream]?.metadata ?? StreamMetadata()
    }

    func isSoftDeleted(_ stream: StreamName) -> Bool {
        // Its other metadata need not be copied for that.
        !stream.isMetastream && self.streams.place(of: stream).map { self.isSoftDeleted(at: $0) } ?? false
    }

    /// - Parameter place: of a stream that is no metastream.
    func isSoftDeleted(at place: Int) -> Bool { self.streams[place].metadata.isSoftDeleted }

    /// Applies an event that was appended to `stream`, if that stream holds settings.
    mutating func obey(_ event: ProposedEvent, of stream: StreamName) {
        if let original = stream.original {
            let metadata = StreamMetadata(event)
            self.update(original) { $0.metadata = metadata }
        } else if stream == .settings {
            self.settings = SystemSettings(event)
        }
    }

    /// Hides a stream until it is written to, and records that in its metadata, replacing what was there.
    mutating func hide(_ stream: StreamName, now: Int64) {
        self.describe(stream, #"{"\#(Self.truncateBefore)":\#(StreamHistory.deletedNumber)}"#, now: now)
    }

    /// Shows the events of a hidden stream from `number` on, and leaves the rest of its metadata as it is.
    ///
    /// Metadata that is not a JSON object stays: it hides nothing.
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

    /// Hides the events below `number` of one of the server's own streams.
    mutating func truncate(_ stream: StreamName, before number: Int64, now: Int64) {
        let admins = Identity.administrators
        let rights = AccessRight.allCases.map { #""\#($0.rawValue)":"\#(admins)""# }.joined(separator: ",")
        self.describe(stream, #"{"\#(Self.truncateBefore)":\#(number),"$acl":{\#(rights)}}"#, now: now)
    }

    /// Sets the metadata of a stream.
    mutating func describe(_ stream: StreamName, _ json: String, now: Int64) {
        let event = self.makeEvent("$metadata", Bytes(utf8: json))
        self.append(event, to: self.target(stream.metastream), now: now)
        self.obey(event, of: stream.metastream)
    }
}
