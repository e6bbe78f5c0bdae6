#if Configuration
    public import Configuration

    extension Client.Configuration {
        /// Creates settings from what swift-configuration reads: files, environment variables, arguments, secrets, ….
        ///
        /// ```swift
        /// let config = ConfigReader(provider: EnvironmentVariablesProvider())
        ///     .scoped(to: "photonpump")
        /// let client = try await Client(Client.Configuration(config: config))
        /// ```
        /// - `url` (text, read as a secret): a connection string, `tcp://localhost:1113` by default.
        /// - `username` (text) and `password` (text, read as a secret): the user, in place of the one in `url`.
        /// - The name of each setting of connection strings, such as `operationTimeout`: takes precedence over those in
        ///   `url`. See <doc:ConnectionStrings> for them and their defaults.
        ///
        /// Values are texts as in connection strings, but not percent-encoded, or of the setting's kind: `true` or 5, or a list
        /// for `tlsHostNames`. Empty texts count as not set. With the scope `photonpump`, environment variables are those of
        /// ``init(environment:)``.
        ///
        /// Values are fetched, because what a reader only gets is nil where a source fails, or has a value of another kind.
        ///
        /// This needs the package's trait `Configuration`.
        ///
        /// - Throws: ``PhotonPumpError/Code/invalidConfiguration``, naming the key, and never a password; `CancellationError`.
        public init(config: ConfigReader) async throws {
            var values: [String: String] = [:]
            for name in ["url", "username", "password"] {
                values[name] = try await config.text(of: Setting(name))
            }
            for setting in Setting.own {
                values[setting.name] = try await config.text(of: setting)
            }
            try self.init {
                values[$0]
            } place: {
                ConfigReader.place($0)
            }
        }
    }

    extension ConfigReader {
        fileprivate static func place(_ name: String) -> String { "configuration key '\(name)'" }

        /// The value of a setting, as text; nil if there is none.
        fileprivate func text(of setting: Setting) async throws -> String? {
            if let text = try await self.text(of: setting, under: setting.name) { return text }
            // Sources that take names apart take `tlsCAFile` for two words, `tlsCaFile` for three.
            let words = setting.name.words
            let name = ([words[0]] + words.dropFirst().map { "\($0.prefix(1))\($0.dropFirst().lowercased())" }).joined()
            return name == setting.name ? nil : try await self.text(of: setting, under: name)
        }

        private func text(of setting: Setting, under name: String) async throws -> String? {
            let key = ConfigKey([name])
            let isSecret = ["url", "password"].contains(name)
            var fetches: [() async throws -> String?] = [
                { try await self.fetchString(forKey: key, isSecret: isSecret) },
                // Of arguments, this is what has a comma.
                { try await self.fetchStringArray(forKey: key, isSecret: isSecret)?.joined(separator: ",") },
            ]
            // First as what it should be: a source may know more ways to write that (`yes`, `--resolve-links`).
            if setting.type == Bool.self || setting.type == Bool?.self {
                fetches.insert({ try await self.fetchBool(forKey: key, isSecret: isSecret).map(String.init) }, at: 0)
            } else if setting.type == Int.self || setting.type == Int?.self {
                fetches.insert({ try await self.fetchInt(forKey: key, isSecret: isSecret).map(String.init) }, at: 0)
            }
            var first: (any Error)?
            for fetch in fetches {
                do {
                    return try await fetch()
                } catch let error as CancellationError {
                    throw error
                } catch {
                    first = first ?? error
                }
            }
            throw PhotonPumpError(
                .invalidConfiguration, "\(Self.place(name)): could not be read as \(setting.meaning)", underlying: first
            )
        }
    }
#endif
