internal import NIOHTTP1
internal import PhotonPumpTransport
internal import PhotonPumpWire

extension Route {
    /// Projections, and what is done to them.
    static let projections = Self.lists + Self.creation + Self.reports + Self.commands

    private static let lists = [
        Self.list("any", [.transient, .oneTime, .continuous]), Self.list("all-non-transient", [.oneTime, .continuous]),
        Self.list("transient", [.transient]), Self.list("onetime", [.oneTime]), Self.list("continuous", [.continuous]),
    ]

    private static func list(_ kind: String, _ modes: Set<Projection.Mode>) -> Route {
        Route(.GET, "/projections/\(kind)", for: .users) { server, request in
            server.onProjections { log, _ in
                let shown = log.projections.all.filter { modes.contains($0.mode) }
                return HTTPAnswer(json: ["projections": shown.map { $0.statistics(log, at: request.base) }]).uncached
            }
        }
    }

    private static let creation = [
        Self.create("transient", .transient, for: .users), Self.create("onetime", .oneTime, for: .operators),
        Self.create("continuous", .continuous, for: .operators),
    ]

    private static func create(_ kind: String, _ mode: Projection.Mode, for audience: Audience) -> Route {
        Route(.POST, "/projections/\(kind)", for: audience) { server, request in
            let name = request.query("name") ?? (mode == .oneTime ? "\(server.core.environment.newID())" : "")
            guard !name.isEmpty else { return HTTPAnswer(.badRequest, text: "The query has no 'name'.") }
            let terms = Projection.Terms(
                type: request.query("type") ?? "JS", query: request.text, emits: request.isOn("emit") ?? false,
                tracks: request.isOn("trackemittedstreams") ?? false)
            let projection = Projection(
                name, mode, terms, owner: request.identity.name, enabled: request.isOn("enabled") ?? true)
            return server.onProjections { log, now in
                guard !log.projections.isFull else {
                    return HTTPAnswer(.internalServerError, text: "There are \(Projections.limit) projections already.")
                }
                guard log.projections.add(projection) else {
                    return HTTPAnswer(.conflict, text: "Duplicate projection name: \(name)")
                }
                log.project(now: now)
                return HTTPAnswer(.created, json: ["name": name])
                    .with("Location", projection.address(at: request.base))
            }
        }
    }

    private static let reports = [
        Route(.GET, "/projection/{name}", for: .users) { server, request in
            server.onProjection(request) { log, projection, _ in
                HTTPAnswer(json: projection.statistics(log, at: request.base)).uncached
            }
        },
        Route(.GET, "/projection/{name}/statistics", for: .users) { server, request in
            server.onProjection(request) { log, projection, _ in
                HTTPAnswer(json: ["projections": [projection.statistics(log, at: request.base)]]).uncached
            }
        },
        Route(.GET, "/projection/{name}/query", for: .users) { server, request in
            server.onProjection(request) { _, projection, _ in
                if request.isOn("config") ?? false { return HTTPAnswer(json: projection.definition).uncached }
                return HTTPAnswer(text: projection.terms.query, type: "application/javascript").uncached
            }
        },
        Route(.GET, "/projection/{name}/state", for: .users) { server, request in
            server.onProjection(request) { _, projection, _ in projection.state }
        },
        Route(.GET, "/projection/{name}/result", for: .users) { server, request in
            server.onProjection(request) { _, projection, _ in projection.state }
        },
        Route(.GET, "/projection/{name}/config", for: .operators) { server, request in
            server.onProjection(request) { _, projection, _ in HTTPAnswer(json: projection.terms.document).uncached }
        },
    ]

    private static let commands = [
        Self.command("enable") { log, name, now in log.update(name, now: now) { $0.enable() } },
        Self.command("disable") { log, name, now in log.update(name, now: now) { $0.disable() } },
        Self.command("abort") { log, name, now in log.update(name, now: now) { $0.abort() } },
        Self.command("reset") { log, name, now in log.reset(name, now: now) },
        Route(.PUT, "/projection/{name}/query", for: .users) { server, request in
            server.onProjection(request, commanding: true) { log, projection, now in
                log.update(projection.name, now: now) { projection in
                    projection.change {
                        $0.type = request.query("type") ?? $0.type
                        $0.emits = request.isOn("emit") ?? $0.emits
                        $0.query = request.text
                    }
                }
                return HTTPAnswer(json: ["name": projection.name])
            }
        },
        Route(.PUT, "/projection/{name}/config", for: .operators) { server, request in
            let new: ProjectionConfiguration = try request.document()
            return server.onProjection(request) { log, projection, now in
                guard projection.isChangeable else {
                    return HTTPAnswer(
                        .internalServerError,
                        text: "Cannot update the config of a projection that hasn't been stopped or faulted.")
                }
                log.update(projection.name, now: now) { projection in projection.change { new.apply(to: &$0) } }
                return HTTPAnswer(json: ["name": projection.name])
            }
        },
        Route(.DELETE, "/projection/{name}", for: .operators) { server, request in
            server.onProjection(request) { log, projection, now in
                if let refusal = projection.refusalToDelete { return HTTPAnswer(.internalServerError, text: refusal) }
                let (asked, terms) = (request.isOn("deleteEmittedStreams") ?? false, projection.terms)
                if asked, terms.emits, terms.tracks { log.deleteEmitted(by: projection.name, now: now) }
                log.projections.remove(projection.name)
                return HTTPAnswer(json: ["name": projection.name])
            }
        },
    ]

    private static func command(
        _ command: String, _ perform: @escaping @Sendable (inout EventLog, _ name: String, _ now: Int64) -> Void
    ) -> Route {
        Route(.POST, "/projection/{name}/command/\(command)", for: .users) { server, request in
            server.onProjection(request, commanding: true) { log, projection, now in
                perform(&log, projection.name, now)
                return HTTPAnswer(json: ["name": projection.name])
            }
        }
    }
}

extension HTTPRequest {
    fileprivate var text: String { String(decoding: self.body, as: UTF8.self) }

    /// What a value of the query says; nil if there is none.
    fileprivate func isOn(_ name: String) -> Bool? {
        self.query(name).map { ["yes", "true", "on", "1"].contains($0.lowercased()) }
    }
}

extension EmbeddedServer {
    /// Projections are the master's alone; a server that runs none has no pages for them.
    fileprivate func onProjections(
        _ page: @Sendable (inout EventLog, _ now: Int64) -> HTTPAnswer
    ) -> HTTPAnswer {
        guard self.configuration.runsSystemProjections else { return HTTPAnswer(.notFound) }
        return self.onMaster { store, now in
            store.log.project(now: now)
            return page(&store.log, now)
        }
    }

    /// - Parameter commanding: whether it is for its owner, and for administrators.
    fileprivate func onProjection(
        _ request: HTTPRequest, commanding: Bool = false,
        _ page: @Sendable (inout EventLog, Projection, _ now: Int64) -> HTTPAnswer
    ) -> HTTPAnswer {
        self.onProjections { log, now in
            guard let projection = log.projections[request["name"]] else {
                return HTTPAnswer(.notFound, text: "Not Found")
            }
            let owners: Set<String> = projection.owner.map { [$0] } ?? []
            guard !commanding || request.identity.hasAny(of: owners) else {
                return HTTPAnswer(.unauthorized, text: "Not authorized").challenging()
            }
            return page(&log, projection, now)
        }
    }
}
