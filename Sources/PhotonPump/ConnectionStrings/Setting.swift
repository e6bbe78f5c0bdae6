/// A setting of connection strings: its name, and how it gets into a draft and out of it.
struct Setting {
    let name: String
    /// Where it goes; nil when that is not for the setting to say.
    let path: PartialKeyPath<ConnectionDraft>?
    private let set: (_ text: String, inout ConnectionDraft) -> Bool
    private let meaning: String
    /// nil when the draft has the default.
    let write: (ConnectionDraft) -> String?

    init<Value: Equatable>(
        _ name: String,
        _ format: Format<Value>,
        _ path: WritableKeyPath<ConnectionDraft, Value>
    ) {
        self.name = name
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

    /// A setting that need not have a value.
    init<Value: Equatable>(
        _ name: String,
        _ format: Format<Value>,
        _ path: WritableKeyPath<ConnectionDraft, Value?>
    ) {
        self.init(name, format.optional, path)
    }

    /// A setting that goes nowhere by itself: its form sees to it, or it means nothing to this client.
    init(_ name: String) {
        self.name = name
        self.path = nil
        self.meaning = "text"
        self.set = { _, _ in true }
        self.write = { _ in nil }
    }

    /// - Parameters:
    ///   - text: the value, no longer encoded.
    ///   - part: where it stands.
    func read(_ text: String, at part: Part, into draft: inout ConnectionDraft) throws(PhotonPumpError) {
        guard self.set(text, &draft) else { throw part.error("\(self.name) is no \(self.meaning)") }
    }

    /// Whether both are the same, or two names for one thing.
    func says(whatIsSaidBy other: Setting) -> Bool {
        self.name == other.name || (self.path != nil && self.path == other.path)
    }
}
