import ArgumentParser
import Foundation
import PhotonPump
import PhotonPumpAdmin

extension ProjectionCommand {
    /// A query, from where it is written.
    struct Source: ParsableArguments {
        @Option(name: .customLong("text"), help: "The query.")
        var text: String?
        @Option(help: ArgumentHelp("A file with the query; - for stdin.", valueName: "path"))
        var file: String?

        func validate() throws {
            if self.text != nil, self.file != nil { throw ValidationError("--text and --file exclude each other") }
        }

        /// nil if there is none.
        func read() throws -> String? {
            guard let file else { return self.text }
            do {
                let bytes =
                    file == "-"
                    ? try FileHandle.standardInput.readToEnd() ?? Data() : try Data(contentsOf: URL(filePath: file))
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw InputError("'\(file)' is not in UTF-8")
                }
                return text
            } catch let error as CocoaError {
                throw InputError("'\(file)' cannot be read: \(error.localizedDescription)")
            }
        }
    }

    /// `pump projection create`
    struct Create: AdminChange {
        static let (kind, done) = ("projection", "created")
        static let configuration = CommandConfiguration(abstract: "Create a projection.")

        enum Mode: String, ExpressibleByArgument, CaseIterable {
            case continuous, onetime, transient
        }

        @OptionGroup var target: Target
        @OptionGroup var source: Source
        @Option(help: "Whether it goes on with new events, is a query that is kept, or one that is dropped at its end.")
        var mode = Mode.continuous
        @Option(help: "JS, or native: and the name of a class of the server.")
        var type = "JS"
        @Flag(help: "Let it write events.")
        var emit = false
        @Flag(help: "Let it note which streams it writes to, so that they can be deleted with it.")
        var trackEmittedStreams = false
        @Flag(help: "Let a onetime query write checkpoints.")
        var checkpoints = false
        @Flag(help: "Do not let it run yet.")
        var disabled = false
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        var name: String { self.target.name }

        func validate() throws {
            if self.source.text == nil, self.source.file == nil { throw ValidationError("give --text or --file") }
            let isTransient = self.mode == .transient
            if isTransient, self.emit || self.trackEmittedStreams {
                throw ValidationError(
                    "a transient query writes no events: --emit and --track-emitted-streams are not for it")
            }
            if self.checkpoints, self.mode != .onetime { throw ValidationError("--checkpoints is for --mode onetime") }
        }

        func change(with admin: Admin) async throws {
            let (name, query) = (self.target.projection, try self.source.read() ?? "")
            let language = ProjectionQuery.Language(self.type)
            switch self.mode {
            case .continuous:
                try await admin.projections.createContinuous(
                    name, query: query, language: language, isEnabled: !self.disabled, emits: self.emit,
                    tracksEmittedStreams: self.trackEmittedStreams)
            case .onetime:
                try await admin.projections.createOneTime(
                    name, query: query, language: language, isEnabled: !self.disabled,
                    writesCheckpoints: self.checkpoints, emits: self.emit,
                    tracksEmittedStreams: self.trackEmittedStreams)
            case .transient:
                try await admin.projections.createTransient(
                    name, query: query, language: language, isEnabled: !self.disabled)
            }
        }
    }

    /// `pump projection query`
    struct Query: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Print a projection's query, or replace it.")

        @OptionGroup var target: Target
        @OptionGroup(title: "Replacing it") var source: Source
        @Option(help: "JS, or native: and the name of a class of the server. (default: as it is)")
        var type: String?
        @Flag(inversion: .prefixedNo, help: "Whether it may write events. (default: as it is)")
        var emit: Bool?
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        func validate() throws {
            if self.source.text == nil, self.source.file == nil, self.type != nil || self.emit != nil {
                throw ValidationError("--type and --emit need --text or --file")
            }
        }

        func run(with admin: Admin, json: Bool) async throws {
            if let text = try self.source.read() {
                try await admin.projections.updateQuery(
                    of: self.target.projection, to: text, language: self.type.map { ProjectionQuery.Language($0) },
                    emits: self.emit)
                Output.line(
                    json
                        ? "\(JSON.object([("projection", .string(self.target.name)), ("result", .string("updated"))]))"
                        : "\(self.target.name): updated")
            } else if json {
                let query = try await admin.projections.query(of: self.target.projection)
                let members: [(String, JSON)] = [
                    ("query", .string(query.text)), ("emits", .bool(query.emits)),
                    ("definition", JSON(query.definition)), ("resultStream", JSON(query.resultStream)),
                ]
                Output.line(JSON.object(members))
            } else {
                let text = try await admin.projections.queryText(of: self.target.projection)
                Output.lines(
                    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init))
            }
        }
    }

    /// `pump projection enable`
    struct Enable: AdminChange {
        static let (kind, done) = ("projection", "enabled")
        static let configuration = CommandConfiguration(abstract: "Let a projection run.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        var name: String { self.target.name }

        func change(with admin: Admin) async throws { try await admin.projections.enable(self.target.projection) }
    }

    /// `pump projection disable`
    struct Disable: AdminChange {
        static let (kind, done) = ("projection", "disabled")
        static let configuration = CommandConfiguration(
            abstract: "Stop a projection with a checkpoint, from which it goes on when it is enabled.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        var name: String { self.target.name }

        func change(with admin: Admin) async throws { try await admin.projections.disable(self.target.projection) }
    }

    /// `pump projection abort`
    struct Abort: AdminChange {
        static let (kind, done) = ("projection", "aborted")
        static let configuration = CommandConfiguration(abstract: "Stop a projection without a checkpoint.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        var name: String { self.target.name }

        func change(with admin: Admin) async throws { try await admin.projections.abort(self.target.projection) }
    }

    /// `pump projection reset`
    struct Reset: AdminChange {
        static let (kind, done) = ("projection", "reset")
        static let configuration = CommandConfiguration(
            abstract: "Let a projection begin anew with the first event, and write again what it has written.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        var name: String { self.target.name }

        func change(with admin: Admin) async throws { try await admin.projections.reset(self.target.projection) }
    }

    /// `pump projection delete`
    struct Delete: AdminChange {
        static let (kind, done) = ("projection", "deleted")
        static let configuration = CommandConfiguration(
            abstract: "Delete a projection, which must be stopped, and its streams if that is asked for.")

        @OptionGroup var target: Target
        @Flag(help: "Delete the stream of its states, too.")
        var stateStream = false
        @Flag(help: "Delete the stream of its checkpoints, too.")
        var checkpointStream = false
        @Flag(help: "Delete the streams that it has written to, too, if it has noted which those are.")
        var emittedStreams = false
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<ProjectionCommand>

        var name: String { self.target.name }

        func change(with admin: Admin) async throws {
            try await admin.projections.delete(
                self.target.projection, stateStream: self.stateStream, checkpointStream: self.checkpointStream,
                emittedStreams: self.emittedStreams)
        }
    }
}

extension ProjectionQuery.Language {
    fileprivate init(_ name: String) {
        if name == "JS" {
            self = .javaScript
        } else if name.hasPrefix("native:") {
            self = .native(String(name.dropFirst("native:".count)))
        } else {
            self = .named(name)
        }
    }
}
