internal import Foundation
internal import PhotonPumpTransport

/// How the server treats a stream, and custom entries.
public struct StreamMetadata: Sendable, Hashable {
    /// Events older than this can no longer be read; whole seconds, above zero.
    public var maxAge: Duration?
    /// Only this many of the newest events can be read; above zero.
    public var maxCount: Int64?
    /// Events before this number can no longer be read.
    public var truncateBefore: Int64?
    /// How long the stream's feeds may be cached over HTTP; whole seconds, above zero.
    public var cacheControl: Duration?
    /// Who may do what; if nil, the server's settings apply.
    public var acl: StreamACL?
    /// Entries under other keys, each as the text of a JSON value; preserved when metadata is edited.
    public var custom: [String: Payload]

    /// The given settings, and none for the others.
    public init(
        maxAge: Duration? = nil,
        maxCount: Int64? = nil,
        truncateBefore: Int64? = nil,
        cacheControl: Duration? = nil,
        acl: StreamACL? = nil,
        custom: [String: Payload] = [:]
    ) {
        self.maxAge = maxAge
        self.maxCount = maxCount
        self.truncateBefore = truncateBefore
        self.cacheControl = cacheControl
        self.acl = acl
        self.custom = custom
    }
}

extension StreamMetadata {
    private enum Key {
        static let maxAge = "$maxAge"
        static let maxCount = "$maxCount"
        static let truncateBefore = "$tb"
        static let cacheControl = "$cacheControl"
        static let acl = "$acl"
        static let known: Set = [maxAge, maxCount, truncateBefore, cacheControl, acl]
    }

    /// Decodes the JSON that servers store. Values that are out of range or of the wrong type become custom entries, so
    /// that they survive an edit.
    ///
    /// - Throws: if it is not a JSON object.
    init(json: some Collection<UInt8>) throws {
        self.init()
        let value = try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed)
        guard let object = value as? [String: Any] else { throw CocoaError(.coderReadCorrupt) }
        self.maxAge = Self.positive(object[Key.maxAge]).map { .seconds($0) }
        self.maxCount = Self.positive(object[Key.maxCount])
        self.truncateBefore = Self.integer(object[Key.truncateBefore]).flatMap { $0 >= 0 ? $0 : nil }
        self.cacheControl = Self.positive(object[Key.cacheControl]).map { .seconds($0) }
        self.acl = try? object[Key.acl].map { try JSONDecoder().decode(StreamACL.self, from: Self.text(of: $0)) }
        let understood: [String: Bool] = [
            Key.maxAge: self.maxAge != nil, Key.maxCount: self.maxCount != nil,
            Key.truncateBefore: self.truncateBefore != nil, Key.cacheControl: self.cacheControl != nil,
            Key.acl: self.acl != nil,
        ]
        for (key, value) in object where understood[key] != true {
            self.custom[key] = Payload(try Self.text(of: value))
        }
    }

    /// The JSON that servers store.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if a custom value is not JSON, or if its key is that of a
    ///   setting that is set, too.
    func json() throws -> Data {
        var object: [String: Any] = [:]
        for (key, text) in self.custom {
            guard let value = try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed) else {
                throw PhotonPumpError(.invalidArgument, "the metadata's custom value '\(key)' is not valid JSON")
            }
            object[key] = value
        }
        var settings: [String: Any] = [:]
        settings[Key.maxAge] = try self.maxAge.map { try Self.seconds($0, "maxAge") }
        settings[Key.maxCount] = try self.maxCount.map { try Self.number($0, atLeast: 1, "maxCount") }
        settings[Key.truncateBefore] = try self.truncateBefore.map { try Self.number($0, atLeast: 0, "truncateBefore") }
        settings[Key.cacheControl] = try self.cacheControl.map { try Self.seconds($0, "cacheControl") }
        settings[Key.acl] = try self.acl.map { try JSONSerialization.jsonObject(with: JSONEncoder().encode($0)) }
        object.merge(settings) { _, setting in setting }
        return try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    }

    private static func text(of value: Any) throws -> Data {
        try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
    }

    private static func integer(_ value: Any?) -> Int64? {
        guard let number = value as? NSNumber, !(value is Bool) else { return nil }
        return Int64(exactly: number)
    }

    private static func positive(_ value: Any?) -> Int64? {
        self.integer(value).flatMap { $0 > 0 ? $0 : nil }
    }

    private static func seconds(_ duration: Duration, _ name: String) throws -> Int64 {
        guard duration.components.attoseconds == 0 else {
            throw PhotonPumpError(.invalidArgument, "\(name) \(duration.words) is not a whole number of seconds")
        }
        return try self.number(duration.components.seconds, atLeast: 1, name)
    }

    private static func number(_ number: Int64, atLeast least: Int64, _ name: String) throws -> Int64 {
        guard number >= least else { throw PhotonPumpError(.invalidArgument, "\(name) \(number) is below \(least)") }
        return number
    }
}
