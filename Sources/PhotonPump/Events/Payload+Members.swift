internal import PhotonPumpSystem

extension Payload {
    /// This JSON object with further members in front of its own, none of which is encoded again or replaced. Empty
    /// bytes are taken for an object without members.
    ///
    /// - Parameter onlyTogether: whether none is added if it has one of them.
    /// - Returns: nil if this is not a JSON object.
    func adding(_ members: [(key: String, value: String)], onlyTogether: Bool = false) -> Payload? {
        guard !self.isEmpty else { return Payload("{\(Self.text(members))}") }
        guard let brace = self.firstIndex(of: UInt8(ascii: "{")), let object = try? RawMembers(self) else { return nil }
        let missing = members.filter { !object.has($0.key) }
        guard !missing.isEmpty, !onlyTogether || missing.count == members.count else { return self }
        let separator = object.isEmpty ? "" : ","
        return Payload(Data(self[...brace]) + Data((Self.text(missing) + separator).utf8) + Data(self[(brace + 1)...]))
    }

    /// The members of this JSON object that are texts; none if it is something else.
    var texts: [String: String] {
        guard !self.isEmpty, let object = try? RawMembers(self) else { return [:] }
        return object.strings
    }

    private static func text(_ members: [(key: String, value: String)]) -> String {
        members.map { "\(self.quoted($0.key)):\(self.quoted($0.value))" }.joined(separator: ",")
    }

    /// The text as a JSON string.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: quoted += "\\\(scalar)"
            case ..<0x20: quoted += "\\u00" + String(scalar.value + 0x100, radix: 16).dropFirst()
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
