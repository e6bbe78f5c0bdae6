internal import FlyingFox
internal import Foundation
internal import PhotonPumpWire

/// What the HTTP side reports about persistent subscriptions, and lets administrators do with them.
struct GroupPages: Sendable {
    enum Outcome<Success: Sendable>: Sendable {
        case done(Success)
        case missing
        /// The user is not allowed to.
        case refused
        /// This node is not the master.
        case notReady
    }

    let info: @Sendable (_ id: String) async -> Outcome<GroupInfo>
    let replay: @Sendable (_ id: String, _ login: Login?) async -> Outcome<Void>

    private struct ReplayDocument: Encodable {
        var correlationId = UUID().uuidString.lowercased()
        var reason: String
        var result: String
    }

    func addRoutes(to routes: inout RoutedHTTPHandler) {
        routes.appendRoute("GET /subscriptions/*") { request in
            guard let id = Self.group(request, "info") else { return HTTPResponse(statusCode: .notFound) }
            switch await self.info(id) {
            case .done(let info): return try HTTPSide.json(info.addressed(at: request))
            case .missing: return HTTPResponse(statusCode: .notFound)
            case .refused: return HTTPResponse(statusCode: .unauthorized)
            case .notReady: return HTTPResponse(statusCode: .serviceUnavailable)
            }
        }
        routes.appendRoute("POST /subscriptions/*") { request in
            guard let id = Self.group(request, "replayParked") else { return HTTPResponse(statusCode: .notFound) }
            switch await self.replay(id, Login(basic: request.headers[.authorization])) {
            case .done:
                return try HTTPSide.json(ReplayDocument(reason: "", result: "Success"))
            case .missing:
                let document = ReplayDocument(reason: "Unable to locate '\(id)'", result: "DoesNotExist")
                return try HTTPSide.json(document, .notFound)
            case .refused:
                let reason = "You do not have permissions to replay messages"
                return try HTTPSide.json(ReplayDocument(reason: reason, result: "AccessDenied"), .unauthorized)
            case .notReady:
                return HTTPResponse(statusCode: .serviceUnavailable)
            }
        }
    }

    /// The group that `/subscriptions/STREAM/GROUP/page` concerns; nil for another path. Real servers decode a path before
    /// they look what it names, so that they find nothing where a name contains one of four characters.
    private static func group(_ request: HTTPRequest, _ page: String) -> String? {
        let parts = request.target.path().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[4] == page, let stream = String(parts[2]).removingPercentEncoding,
            let group = String(parts[3]).removingPercentEncoding,
            !(stream + group).contains(where: { "/?#\\".contains($0) })
        else { return nil }
        return PersistentGroup.id(stream, group)
    }
}

extension GroupInfo {
    /// With addresses that a client can follow.
    fileprivate func addressed(at request: HTTPRequest) -> GroupInfo {
        let base = "http://\(request.headers[.host] ?? "localhost")/subscriptions"
        let path = [self.eventStreamId, self.groupName].map(Self.escaped).joined(separator: "/")
        let parked = Self.escaped(
            GroupStreams(PersistentGroup.id(self.eventStreamId, self.groupName)).parked.description)
        var info = self
        info.parkedMessageUri = "http://\(request.headers[.host] ?? "localhost")/streams/\(parked)"
        info.getMessagesUri = "\(base)/\(path)/1"
        info.links = [
            Link(href: "\(base)/\(path)/info", rel: "detail"),
            Link(href: "\(base)/\(path)/replayParked", rel: "replayParked"),
        ]
        return info
    }

    private static func escaped(_ name: String) -> String {
        name.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~")))
            ?? name
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
