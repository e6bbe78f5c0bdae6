public import PhotonPumpSystem
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
    /// Entries under other keys, each as the text of a JSON value; preserved as they are when metadata is edited. See
    /// also ``decodeCustom(_:forKey:decoder:)`` and ``encodeCustom(_:forKey:encoder:)``.
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
    /// Decodes a custom entry from JSON.
    ///
    /// - Returns: nil if there is none with this key, or it is null.
    /// - Throws: ``PhotonPumpError/Code/undecodableEvent``, naming the entry, with the decoder's error as
    ///   ``PhotonPumpError/underlying``.
    public func decodeCustom<T: Decodable>(
        _ type: T.Type, forKey key: String, decoder: JSONDecoder = JSONDecoder()
    ) throws -> T? {
        do {
            return try self.custom[key].flatMap { try decoder.decode(T?.self, from: Data($0)) }
        } catch {
            throw PhotonPumpError(
                .undecodableEvent, "the metadata's custom value '\(key)' cannot be decoded as \(type)",
                underlying: error)
        }
    }

    /// Sets a custom entry to a value encoded as JSON; set ``custom`` to nil for a key to remove its entry.
    ///
    /// - Throws: any error of `encoder`.
    public mutating func encodeCustom(
        _ value: some Encodable, forKey key: String, encoder: JSONEncoder = JSONEncoder()
    ) throws {
        self.custom[key] = Payload(try encoder.encode(value))
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
        let object = try RawMembers(json)
        let texts = object.all
        func positive(_ key: String) -> Int64? { object.integer(key).flatMap { $0 > 0 ? $0 : nil } }
        self.maxAge = positive(Key.maxAge).map { .seconds($0) }
        self.maxCount = positive(Key.maxCount)
        self.truncateBefore = object.integer(Key.truncateBefore).flatMap { $0 >= 0 ? $0 : nil }
        self.cacheControl = positive(Key.cacheControl).map { .seconds($0) }
        self.acl = try? texts[Key.acl].map { try StreamACL(json: $0) }
        let understood: [String: Bool] = [
            Key.maxAge: self.maxAge != nil, Key.maxCount: self.maxCount != nil,
            Key.truncateBefore: self.truncateBefore != nil, Key.cacheControl: self.cacheControl != nil,
            Key.acl: self.acl != nil,
        ]
        self.custom = texts.filter { understood[$0.key] != true }
    }

    /// The JSON that servers store. Custom values are taken over as they are written.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` if a custom value is not JSON.
    func json() throws -> Data {
        for (key, text) in self.custom where !text.withUnsafeBytes(JSONScanner.isJSON) {
            throw PhotonPumpError(.invalidArgument, "the metadata's custom value '\(key)' is not valid JSON")
        }
        var members = self.custom
        func set(_ key: String, _ number: Int64?) { if let number { members[key] = Payload("\(number)") } }
        set(Key.maxAge, try self.maxAge.map { try Self.seconds($0, "maxAge") })
        set(Key.maxCount, try self.maxCount.map { try Self.number($0, atLeast: 1, "maxCount") })
        set(Key.truncateBefore, try self.truncateBefore.map { try Self.number($0, atLeast: 0, "truncateBefore") })
        set(Key.cacheControl, try self.cacheControl.map { try Self.seconds($0, "cacheControl") })
        if let acl { members[Key.acl] = try acl.json() }
        return try RawMembers.object(members)
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
