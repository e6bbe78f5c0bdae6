internal import PhotonPumpWire

/// The answers that any request may get instead of its own, classified once for all conversations.
enum CommonReplies {
    /// What to do about `package`, which came in place of the expected answer.
    ///
    /// - Parameters:
    ///   - operation: what was attempted, for the message.
    ///   - stream: the stream it was attempted on, if any.
    static func step<Output>(for package: Package, operation: String, stream: String?) -> Step<Output> {
        if package.command == .notHandled, let refusal = try? NotHandled(decoding: package.payload) {
            switch refusal.reason {
            case .notReady, .tooBusy: return .retry
            case .notMaster, .isReadOnly:
                let error = self.notHandled(refusal, operation, stream)
                return .redirect(refusal.master, otherwise: error)
            default: break
            }
        }
        if package.command == .notAuthenticated, self.isStarting(package) { return .retry }
        return .fail(self.error(for: package, operation: operation, stream: stream))
    }

    /// Whether a server refuses a user because it has not loaded its users yet. Only the text tells (4.x and 5.x; later
    /// servers answer that they are not ready).
    static func isStarting(_ refusal: Package) -> Bool {
        refusal.words.lowercased().contains("not yet ready")
    }

    /// Whether `error` says that the server does not know `command`, rather than that it objects to what was asked. Only
    /// the text tells: servers name the commands they know, and know others by their number alone (4.1.4 and 5.0.11:
    /// "Could not unwrap network package for command 186.").
    static func isUnknown(_ command: Command, to error: any Error) -> Bool {
        guard let error = error as? PhotonPumpError, error.code == .badRequest else { return false }
        return error.serverMessage?.contains("command \(command.rawValue).") ?? false
    }

    /// The error for `package`, which came in place of the expected answer.
    ///
    /// - Parameters:
    ///   - operation: what was attempted, for the message.
    ///   - stream: the stream it was attempted on, if any.
    static func error(for package: Package, operation: String, stream: String? = nil) -> PhotonPumpError {
        func error(_ code: PhotonPumpError.Code, _ problem: String, words: String? = nil) -> PhotonPumpError {
            PhotonPumpError(code, problem, during: operation, stream: stream, serverMessage: words)
        }
        do {
            switch package.command {
            case .badRequest:
                return error(.badRequest, "the server could not interpret the request", words: package.words)
            case .notAuthenticated:
                let problem = "the server does not accept the user name or password"
                return error(.notAuthenticated, problem, words: package.words)
            case .notHandled:
                return self.notHandled(try NotHandled(decoding: package.payload), operation, stream)
            case .subscriptionDropped:
                return self.dropped(try SubscriptionDropped(decoding: package.payload).reason, operation, stream)
            default:
                let problem = "the server answered with \(package.command), which does not answer this request"
                return error(.unexpectedReply, problem)
            }
        } catch {
            return .unreadable(error, operation: operation, stream: stream)
        }
    }

    private static func notHandled(_ refusal: NotHandled, _ operation: String, _ stream: String?) -> PhotonPumpError {
        let reason =
            switch refusal.reason {
            case .notReady: "the node is not ready yet"
            case .tooBusy: "the node is too busy"
            case .notMaster: "the node is not the master\(self.place(refusal.master))"
            case .isReadOnly: "the node is a read-only replica\(self.place(refusal.master))"
            default: "the node did not handle the request, for the unknown reason \(refusal.reason.rawValue)"
            }
        return PhotonPumpError(.notHandled, reason, during: operation, stream: stream)
    }

    private static func dropped(
        _ reason: SubscriptionDropped.Reason, _ operation: String, _ stream: String?
    ) -> PhotonPumpError {
        let (code, problem): (PhotonPumpError.Code, String) =
            switch reason {
            case .accessDenied: (.accessDenied, "access denied")
            case .notFound: (.subscriptionNotFound, "there is no such subscription")
            case .persistentSubscriptionDeleted: (.subscriptionDeleted, "the subscription was deleted")
            case .subscriberMaxCountReached:
                (.tooManySubscribers, "the subscription already has its maximum number of consumers")
            case .unsubscribed: (.subscriptionDropped, "the server ended the subscription")
            default:
                (.subscriptionDropped, "the server ended the subscription, for the unknown reason \(reason.rawValue)")
            }
        return PhotonPumpError(code, problem, during: operation, stream: stream)
    }

    private static func place(_ master: MasterInfo?) -> String {
        guard let host = master?.tcpHost, let port = master?.tcpPort else { return "" }
        return Endpoint.isHost(host)
            ? " (the master is \(host):\(port))" : " (and the master that it names is not a host)"
    }
}

extension Package {
    /// The text that is its payload: as much of it as anybody reads.
    fileprivate var words: String { self.payload.slice(0..<min(4000, self.payload.count)).text }
}

extension PhotonPumpError {
    static func unreadable(_ error: MalformedMessage, operation: String, stream: String?) -> PhotonPumpError {
        PhotonPumpError(
            .unreadableReply,
            "the server's answer cannot be read",
            during: operation,
            stream: stream,
            underlying: error
        )
    }
}
