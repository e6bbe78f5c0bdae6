import ArgumentParser
import Foundation
import PhotonPump
import PhotonPumpAdmin

/// `pump user`
struct UserCommand: PumpCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "List, create, change and delete the users of a server.",
        discussion: """
            Requests are made over HTTP, as the user in the connection string, who must be an administrator for all but \
            current and change-password. Passwords are asked for, or read from a line of stdin or from files that only \
            their owner can read; they cannot be given as arguments, which other users of the machine see.
            """,
        subcommands: [
            List.self, Get.self, Current.self, Create.self, Update.self, Enable.self, Disable.self, Delete.self,
            ChangePassword.self, ResetPassword.self,
        ]
    )

    @OptionGroup var shared: SharedOptions<Pump>

    /// Which user.
    struct Target: ParsableArguments {
        @Argument(help: "The name to log in with.")
        var name: String
    }

    /// What is known of a user.
    struct Details: ParsableArguments {
        @Option(help: ArgumentHelp("The name for people.", valueName: "name"))
        var fullName: String
        @Option(
            name: .customLong("group"), help: "A group to be in, such as $ops or $admins; give it once for each group.")
        var groups: [String] = []
    }

    /// A new password.
    struct NewPassword: ParsableArguments {
        @Option(help: ArgumentHelp("A file with the new password. (default: ask, or read stdin)", valueName: "path"))
        var passwordFile: String?

        func read() async throws -> String {
            try await PasswordSource.read(file: self.passwordFile, prompt: "new password")
        }
    }

    /// `pump user list`
    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "List all users.")

        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<UserCommand>

        func run(with admin: Admin, json: Bool) async throws {
            let users = try await admin.users.list()
            if json {
                for user in users { Output.line(JSON(user)) }
            } else {
                var table = Table("LOGIN", "NAME", "GROUPS", "DISABLED")
                for user in users {
                    table.add(
                        user.login, user.fullName, user.groups.joined(separator: " "), user.isDisabled ? "yes" : "no")
                }
                Output.lines(table.lines)
            }
        }
    }

    /// `pump user get`
    struct Get: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Show one user.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<UserCommand>

        func run(with admin: Admin, json: Bool) async throws {
            let user = try await admin.users.get(self.target.name)
            Output.lines(json ? ["\(JSON(user))"] : user.lines)
        }
    }

    /// `pump user current`
    struct Current: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Show the user in the connection string.")

        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<UserCommand>

        func run(with admin: Admin, json: Bool) async throws {
            let user = try await admin.users.current()
            Output.lines(json ? ["\(JSON(user))"] : user.lines)
        }
    }

    /// `pump user create`
    struct Create: AdminChange {
        static let (kind, done) = ("user", "created")
        static let configuration = CommandConfiguration(
            abstract: "Create a user.", discussion: "Doing so again with the same details and password succeeds.")

        @OptionGroup var target: Target
        @OptionGroup var details: Details
        @OptionGroup var password: NewPassword
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<UserCommand>

        var name: String { self.target.name }

        func change(with admin: Admin) async throws {
            try await admin.users.create(
                self.name, fullName: self.details.fullName, password: await self.password.read(),
                groups: self.details.groups)
        }
    }

    /// `pump user update`
    struct Update: AdminChange {
        static let (kind, done) = ("user", "updated")
        static let configuration = CommandConfiguration(abstract: "Replace what is known of a user: name and groups.")

        @OptionGroup var target: Target
        @OptionGroup var details: Details
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<UserCommand>

        var name: String { self.target.name }

        func change(with admin: Admin) async throws {
            try await admin.users.update(self.name, fullName: self.details.fullName, groups: self.details.groups)
        }
    }

    /// `pump user enable`
    struct Enable: AdminChange {
        static let (kind, done) = ("user", "enabled")
        static let configuration = CommandConfiguration(abstract: "Let a user log in again.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<UserCommand>

        var name: String { self.target.name }

        func change(with admin: Admin) async throws { try await admin.users.enable(self.name) }
    }

    /// `pump user disable`
    struct Disable: AdminChange {
        static let (kind, done) = ("user", "disabled")
        static let configuration = CommandConfiguration(
            abstract: "Let a user no longer log in. Connections that are open stay.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<UserCommand>

        var name: String { self.target.name }

        func change(with admin: Admin) async throws { try await admin.users.disable(self.name) }
    }

    /// `pump user delete`
    struct Delete: AdminChange {
        static let (kind, done) = ("user", "deleted")
        static let configuration = CommandConfiguration(abstract: "Delete a user.")

        @OptionGroup var target: Target
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<UserCommand>

        var name: String { self.target.name }

        func change(with admin: Admin) async throws { try await admin.users.delete(self.name) }
    }

    /// `pump user change-password`
    struct ChangePassword: AdminChange {
        static let (kind, done) = ("user", "password changed")
        static let configuration = CommandConfiguration(
            abstract: "Change the password of the user in the connection string, whose password is the current one.")

        @OptionGroup var password: NewPassword
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<UserCommand>

        var name: String { (try? self.configuration().credentials?.username) ?? "" }

        func change(with admin: Admin) async throws {
            guard let user = try self.configuration().credentials else {
                throw ValidationError("the connection string names no user")
            }
            try await admin.users.changePassword(
                of: user.username, from: user.password, to: await self.password.read())
        }
    }

    /// `pump user reset-password`
    struct ResetPassword: AdminChange {
        static let (kind, done) = ("user", "password reset")
        static let configuration = CommandConfiguration(abstract: "Give a user another password, as an administrator.")

        @OptionGroup var target: Target
        @OptionGroup var password: NewPassword
        @OptionGroup var http: HTTPOptions
        @OptionGroup var shared: SharedOptions<UserCommand>

        var name: String { self.target.name }

        func change(with admin: Admin) async throws {
            try await admin.users.resetPassword(of: self.name, to: await self.password.read())
        }
    }
}

extension User {
    fileprivate var lines: [String] {
        [
            "login            \(self.login)",
            "name             \(self.fullName)",
            "groups           \(self.groups.joined(separator: " "))",
            "disabled         \(self.isDisabled ? "yes" : "no")",
        ]
    }
}

extension JSON {
    fileprivate init(_ user: User) {
        self = .object([
            ("login", .string(user.login)), ("fullName", .string(user.fullName)),
            ("groups", .array(user.groups.map { .string($0) })), ("isDisabled", .bool(user.isDisabled)),
            ("lastUpdated", JSON(user.lastUpdated?.formatted(.iso8601))),
        ])
    }
}
