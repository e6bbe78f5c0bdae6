extension Client.Configuration {
    /// Creates settings from environment variables, so that a deployment can change any of them.
    ///
    /// `PHOTONPUMP_URL` is a connection string, `tcp://localhost:1113` by default. `PHOTONPUMP_USERNAME` and
    /// `PHOTONPUMP_PASSWORD` are the user, in place of the one in it. Each setting of connection strings has a variable,
    /// which takes precedence over it: `PHOTONPUMP_OPERATION_TIMEOUT=5s` for `operationTimeout`,
    /// `PHOTONPUMP_TLS_CA_FILE` for `tlsCAFile`, and so on; see <doc:ConnectionStrings>. Values are not percent-encoded.
    /// Empty variables count as not set, and other variables are not looked at.
    ///
    /// - Parameter variables: `ProcessInfo.processInfo.environment`, usually.
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the variable.
    public init(environment variables: [String: String]) throws {
        func variable(_ name: String) -> String { "PHOTONPUMP_\(name.words.joined(separator: "_").uppercased())" }
        try self.init {
            variables[variable($0)]
        } place: {
            variable($0)
        }
    }

    /// Creates settings from values that each have a name of their own.
    ///
    /// - Parameters:
    ///   - value: that of a setting of connection strings, or of `url`, `username` or `password`; nil or empty if there is
    ///     none.
    ///   - place: where that is, for errors.
    /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``.
    init(value: (_ name: String) -> String?, place: (_ name: String) -> String) throws(PhotonPumpError) {
        func given(_ name: String) -> String? { value(name).flatMap { $0.isEmpty ? nil : $0 } }
        func problem(_ name: String, _ problem: String) -> PhotonPumpError {
            PhotonPumpError(.invalidConfiguration, "\(place(name)): \(problem)")
        }
        var configuration = Self()
        do throws(PhotonPumpError) {
            if let url = given("url") { configuration = try ConnectionString.configuration(url) }
        } catch {
            throw problem("url", error.message)
        }
        switch (given("username"), given("password")) {
        case (let username?, let password?):
            configuration.credentials = Credentials(username: username, password: password)
        case (nil, nil): break
        case (_?, nil): throw problem("username", "is set, but \(place("password")) is not")
        case (nil, _?): throw problem("password", "is set, but \(place("username")) is not")
        }
        var draft = ConnectionDraft(configuration)
        var ofTLS: String?
        for setting in Setting.own {
            guard let text = given(setting.name) else { continue }
            if let meaning = setting.read(text, into: &draft) { throw problem(setting.name, "must be \(meaning)") }
            if setting.isOfTLS { ofTLS = setting.name }
        }
        if let ofTLS, draft.usesTLS != true {
            throw problem(ofTLS, "has no effect without TLS: set \(place("tls")) to true, or leave it out")
        }
        if given("tlsCAFile") != nil, !draft.verifiesCertificates {
            throw problem("tlsCAFile", "contradicts the setting not to verify certificates")
        }
        switch (draft.certificateFile, draft.keyFile) {
        case (_?, nil): throw problem("tlsCertFile", "is set, but \(place("tlsKeyFile")) is not")
        case (nil, _?): throw problem("tlsKeyFile", "is set, but \(place("tlsCertFile")) is not")
        case (_?, _?), (nil, nil): break
        }
        self = draft.complete
    }
}

extension String {
    /// The words of a name such as `tlsCAFile`.
    var words: [Substring] {
        self.replacing(/([a-z])([A-Z])|([A-Z])([A-Z][a-z])/) { match in
            let (_, lower, upper, last, first) = match.output
            return "\(lower ?? last ?? "") \(upper ?? first ?? "")"
        }.split(separator: " ")
    }
}
