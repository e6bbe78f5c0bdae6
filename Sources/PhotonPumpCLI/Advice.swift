import PhotonPump

/// A failure that leaves one thing to do, with what to type.
struct AdvisedError: Error, CustomStringConvertible {
    let description: String

    init(_ error: PhotonPumpError, _ advice: String) {
        self.description = "\(error); \(Printable.line(advice))"
    }
}

extension PhotonPumpError {
    /// What to type where nobody is logged in, and that is why it failed.
    func adviceToLogIn(_ configuration: Client.Configuration) -> String? {
        guard [.accessDenied, .notAuthenticated].contains(self.code), configuration.credentials == nil else {
            return nil
        }
        return "nobody is logged in: --connect 'tcp://user:password@host', or --connect-file with that in it, "
            + "names a user"
    }
}

/// A word of a command, for people to copy.
func shellWord(_ word: String) -> String {
    if word.wholeMatch(of: /[A-Za-z0-9_.:-]+/) != nil { return word }
    return "'\(word.replacing("'", with: #"'\''"#))'"
}
