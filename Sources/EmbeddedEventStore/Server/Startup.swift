internal import PhotonPumpTransport

/// How long a server takes until it is ready, once its ports are open. Meanwhile it answers heartbeats, pings without
/// credentials and identifications, is not ready for anything else, and cannot check logins.
///
/// Real servers open their ports before they have rebuilt their index and loaded their users.
public struct Startup: Sendable, Hashable {
    /// What becomes of logins that cannot be checked yet, in `Authenticate` and in requests that carry credentials. A
    /// connection that has sent one need not send it again to be logged in once the server is ready, but receives no
    /// answer to the first.
    public enum Logins: Sendable, Hashable, CaseIterable {
        /// They are not answered, nor are requests that need them; so servers of the 4.x and 5.x lines do while they
        /// rebuild their index.
        case ignored
        /// They are refused like those of users who do not exist; so servers do that have not loaded their users.
        case refused
        /// They are refused because the server is not ready.
        case notReady
    }

    enum End: Hashable {
        case now
        case after(Duration)
        case onDemand
    }

    let end: End
    let logins: Logins

    /// The server is ready as soon as its ports are open.
    public static let immediate = Startup(end: .now, logins: .refused)

    /// The server is ready after `time`, or when it is told to be by ``EmbeddedServer/finishStartup()``.
    public static func after(_ time: Duration, logins: Logins = .ignored) -> Startup {
        Startup(end: .after(time), logins: logins)
    }

    /// The server is not ready before ``EmbeddedServer/finishStartup()``.
    public static func onDemand(logins: Logins = .ignored) -> Startup {
        Startup(end: .onDemand, logins: logins)
    }
}

extension Startup {
    private static let times: ClosedRange<Duration> = .zero ... .seconds(86_400)

    /// Throws if a value is invalid.
    func validate() throws(EmbeddedServerError) {
        guard case .after(let time) = self.end, !Self.times.contains(time) else { return }
        throw EmbeddedServerError(.invalidConfiguration, "a startup of \(time.words) is not between zero and a day")
    }
}
