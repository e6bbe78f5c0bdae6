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
        let given = variables.filter { !$0.value.isEmpty }
        func problem(_ variable: String, _ problem: String) -> PhotonPumpError {
            PhotonPumpError(.invalidConfiguration, "\(variable): \(problem)")
        }
        var configuration = Self()
        do throws(PhotonPumpError) {
            if let url = given["PHOTONPUMP_URL"] { configuration = try ConnectionString.configuration(url) }
        } catch {
            throw problem("PHOTONPUMP_URL", error.message)
        }
        switch (given["PHOTONPUMP_USERNAME"], given["PHOTONPUMP_PASSWORD"]) {
        case (let username?, let password?):
            configuration.credentials = Credentials(username: username, password: password)
        case (nil, nil): break
        case (_?, nil): throw problem("PHOTONPUMP_USERNAME", "is set, but PHOTONPUMP_PASSWORD is not")
        case (nil, _?): throw problem("PHOTONPUMP_PASSWORD", "is set, but PHOTONPUMP_USERNAME is not")
        }
        var draft = ConnectionDraft(configuration)
        var ofTLS: String?
        for setting in Setting.own {
            guard let text = given[setting.variable] else { continue }
            if let meaning = setting.read(text, into: &draft) { throw problem(setting.variable, "must be \(meaning)") }
            if setting.isOfTLS { ofTLS = setting.variable }
        }
        if let ofTLS, draft.usesTLS != true {
            throw problem(ofTLS, "has no effect without TLS: set PHOTONPUMP_TLS=true, or leave it out")
        }
        self = draft.complete
    }
}

extension Setting {
    /// The environment variable with this setting.
    fileprivate var variable: String {
        let words = self.name.replacing(/([a-z])([A-Z])|([A-Z])([A-Z][a-z])/) { match in
            let (_, lower, upper, last, first) = match.output
            return "\(lower ?? last ?? "")_\(upper ?? first ?? "")"
        }
        return "PHOTONPUMP_\(words.uppercased())"
    }
}
