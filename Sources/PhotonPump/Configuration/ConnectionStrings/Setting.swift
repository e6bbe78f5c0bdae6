/// A setting of connection strings: its name, and how it is read into a draft and written from it.
struct Setting {
    let name: String
    /// What its values are.
    let type: Any.Type
    /// Its place in the draft; nil if it has none.
    let path: PartialKeyPath<ConnectionDraft>?
    private let set: (_ text: String, inout ConnectionDraft) -> Bool
    /// What a value must be, as in "must be …".
    let meaning: String
    /// nil if the draft has the default.
    let write: (ConnectionDraft) -> String?

    init<Value: Equatable>(
        _ name: String,
        _ format: Format<Value>,
        _ path: WritableKeyPath<ConnectionDraft, Value>
    ) {
        self.name = name
        self.type = Value.self
        self.path = path
        self.meaning = format.meaning
        self.set = { text, draft in
            guard let value = format.read(text) else { return false }
            draft[keyPath: path] = value
            return true
        }
        self.write = { draft in
            let value = draft[keyPath: path]
            return value == ConnectionDraft()[keyPath: path] ? nil : format.write(value)
        }
    }

    /// An optional setting.
    init<Value: Equatable>(
        _ name: String,
        _ format: Format<Value>,
        _ path: WritableKeyPath<ConnectionDraft, Value?>
    ) {
        self.init(name, format.optional, path)
    }

    /// A setting without a place in the draft: its form handles it, or it means nothing to this client.
    init(_ name: String) {
        self.name = name
        self.type = String.self
        self.path = nil
        self.meaning = "text"
        self.set = { _, _ in true }
        self.write = { _ in nil }
    }

    /// - Parameters:
    ///   - text: the value, no longer encoded.
    ///   - part: where the value stands.
    func read(_ text: String, at part: Part, into draft: inout ConnectionDraft) throws(PhotonPumpError) {
        if let meaning = self.read(text, into: &draft) { throw part.error("\(self.name) must be \(meaning)") }
    }

    /// - Returns: what the value must be, if this is no such value.
    func read(_ text: String, into draft: inout ConnectionDraft) -> String? {
        self.set(text, &draft) ? nil : self.meaning
    }

    /// Whether it says how TLS is used.
    var isOfTLS: Bool { self.path.map(Self.pathsOfTLS.contains) ?? false }

    static var pathsOfTLS: [PartialKeyPath<ConnectionDraft>] {
        [
            \.verifiesCertificates, \.authoritiesFile, \.expectedHostName, \.expectedHostNames, \.certificateFile,
            \.keyFile, \.allowsCredentialsInClear,
        ]
    }

    /// Whether both are the same setting, or two names for the same thing.
    func says(whatIsSaidBy other: Setting) -> Bool {
        self.name == other.name || (self.path != nil && self.path == other.path)
    }
}
