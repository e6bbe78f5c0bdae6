/// The settings given in a connection string, each at most once.
struct GivenSettings {
    private struct Given {
        let setting: Setting
        let key: Part
        let value: Part
    }

    private let known: [String: Setting]
    private var given: [Given] = []

    /// - Parameter known: the existing settings; names are not case-sensitive.
    init(known: [Setting]) {
        self.known = Dictionary(uniqueKeysWithValues: known.map { ($0.name.lowercased(), $0) })
    }

    /// - Parameters:
    ///   - name: the key, without anything else it may contain.
    ///   - repeatsName: whether an error may repeat an unknown name that looks like one; not where it may be part of a
    ///     password.
    mutating func add(
        name: String,
        key: Part,
        value: Part,
        repeatsName: Bool
    ) throws(PhotonPumpError) {
        guard let setting = self.known[name.lowercased()] else {
            let isName = name.allSatisfy { $0.isASCII && $0.isLetter }
            guard repeatsName else { throw key.error("unknown setting; credentials with a semicolon need quotes") }
            throw key.error(isName ? "unknown setting '\(name)'" : "unknown setting")
        }
        if let earlier = self.given.first(where: { $0.setting.says(whatIsSaidBy: setting) })?.setting.name {
            throw key.error(
                earlier == setting.name
                    ? "'\(earlier)' is given twice"
                    : "'\(setting.name)' sets the same as '\(earlier)', which is given already"
            )
        }
        self.given.append(Given(setting: setting, key: key, value: value))
    }

    /// Applies them to `draft`, in the order given.
    ///
    /// - Parameter decode: decodes a value's text; the setting's name is for errors.
    func apply(
        to draft: inout ConnectionDraft,
        decode: (Part, _ name: String) throws(PhotonPumpError) -> String
    ) throws(PhotonPumpError) {
        for given in self.given {
            try given.setting.read(try decode(given.value, given.setting.name), at: given.value, into: &draft)
        }
        try self.checkTLS(draft)
    }

    typealias Found = (name: String, key: Part, value: Part)

    /// The setting for this value of the draft, if given.
    func find(_ path: PartialKeyPath<ConnectionDraft>) -> Found? {
        self.find { $0.path == path }
    }

    func find(named name: String) -> Found? {
        self.find { $0.name == name }
    }

    private func find(_ isMeant: (Setting) -> Bool) -> Found? {
        self.given.first { isMeant($0.setting) }.map { ($0.setting.name, $0.key, $0.value) }
    }

    private func checkTLS(_ draft: ConnectionDraft) throws(PhotonPumpError) {
        for case (let name, let key, _)? in Setting.pathsOfTLS.map({ self.find($0) }) where draft.usesTLS != true {
            // If TLS was switched off explicitly, there is nothing to verify.
            if self.find(\.usesTLS) != nil, self.find(\.verifiesCertificates)?.name == name { continue }
            throw key.error("'\(name)' has no effect without TLS: switch TLS on, or leave it out")
        }
        if !draft.verifiesCertificates, let (name, key, _) = self.find(\.authoritiesFile) {
            throw key.error("'\(name)' contradicts the setting not to verify certificates")
        }
        switch (self.find(\.certificateFile), self.find(\.keyFile)) {
        case (let (name, key, _)?, nil), (nil, let (name, key, _)?):
            throw key.error("'\(name)' is given alone, but a client's certificate and its key are needed together")
        case (_?, _?), (nil, nil):
            break
        }
    }
}
