internal import Foundation
internal import NIOHTTP1
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What the server answers over HTTP.
extension EmbeddedServer {
    func answer(_ request: HTTPRequestHead) -> HTTPAnswer {
        switch (request.method, request.path) {
        case (.GET, "/gossip"):
            return self.gossip().map { HTTPAnswer(json: $0) } ?? HTTPAnswer(.serviceUnavailable)
        case (.GET, "/ping"):
            return HTTPAnswer(json: ["text": "Ping request successfully handled"])
        case (.GET, _):
            return self.groupID(in: request, "info").map { self.info(of: $0, request) } ?? HTTPAnswer(.notFound)
        case (.POST, _):
            return self.groupID(in: request, "replayParked").map { self.replay($0, request) } ?? HTTPAnswer(.notFound)
        default:
            return HTTPAnswer(.notFound)
        }
    }

    /// What this server reports about its cluster; nil while it is not running.
    func gossip() -> GossipDocument? {
        guard self.isRunning else { return nil }
        return self.core.assumeIsolated { $0.gossip(of: self.number) }
    }

    /// The group that `/subscriptions/STREAM/GROUP/page` concerns; nil for another path. Real servers decode a path before
    /// they look what it names, so that they find nothing where a name contains one of four characters.
    private func groupID(in request: HTTPRequestHead, _ page: String) -> String? {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[1] == "subscriptions", parts[4] == page,
            let stream = try? PercentEncoding.decode(String(parts[2])),
            let group = try? PercentEncoding.decode(String(parts[3])),
            !(stream + group).contains(where: { "/?#\\".contains($0) })
        else { return nil }
        return PersistentGroup.id(stream, group)
    }

    private func info(of id: String, _ request: HTTPRequestHead) -> HTTPAnswer {
        guard self.isMaster else { return HTTPAnswer(.serviceUnavailable) }
        let info = self.core.assumeIsolated { $0.info(of: id) }
        return info.map { HTTPAnswer(json: $0.addressed(at: request)) } ?? HTTPAnswer(.notFound)
    }

    private struct ReplayDocument: Encodable {
        var correlationId: String
        var reason: String
        var result: String
    }

    private func replay(_ id: String, _ request: HTTPRequestHead) -> HTTPAnswer {
        guard self.isMaster else { return HTTPAnswer(.serviceUnavailable) }
        var document = ReplayDocument(correlationId: "\(self.core.environment.newID())", reason: "", result: "Success")
        let login = Login(basic: request.headers.first(name: "Authorization"))
        let user = login.flatMap { login in self.core.assumeIsolated { $0.identity(of: login) } }
        guard let user, user.hasAny(of: [Identity.operators]) else {
            (document.reason, document.result) = ("You do not have permissions to replay messages", "AccessDenied")
            return HTTPAnswer(.unauthorized, json: document)
        }
        guard self.core.assumeIsolated({ $0.replayParked(id) }) else {
            (document.reason, document.result) = ("Unable to locate '\(id)'", "DoesNotExist")
            return HTTPAnswer(.notFound, json: document)
        }
        return HTTPAnswer(json: document)
    }
}

extension GroupInfo {
    /// With addresses that a client can follow.
    fileprivate func addressed(at request: HTTPRequestHead) -> GroupInfo {
        let host = "http://\(request.headers.first(name: "Host") ?? "localhost")"
        let base = "\(host)/subscriptions"
        let path = [self.eventStreamId, self.groupName].map(PercentEncoding.encode).joined(separator: "/")
        let parked = PercentEncoding.encode(
            GroupStreams(PersistentGroup.id(self.eventStreamId, self.groupName)).parked.description)
        var info = self
        info.parkedMessageUri = "\(host)/streams/\(parked)"
        info.getMessagesUri = "\(base)/\(path)/1"
        info.links = [
            Link(href: "\(base)/\(path)/info", rel: "detail"),
            Link(href: "\(base)/\(path)/replayParked", rel: "replayParked"),
        ]
        return info
    }
}

extension Login {
    /// From an `Authorization` header; nil if there is none, or it cannot be read.
    fileprivate init?(basic header: String?) {
        guard let header, header.lowercased().hasPrefix("basic "),
            let data = Data(base64Encoded: header.dropFirst("basic ".count).trimmingCharacters(in: .whitespaces))
        else { return nil }
        let parts = String(decoding: data, as: UTF8.self).split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let login = try? Login(name: parts[0], password: parts[1]) else { return nil }
        self = login
    }
}

extension HTTPRequestHead {
    /// The path as it was sent, without a query.
    fileprivate var path: String { String(self.uri.prefix { $0 != "?" }) }
}
