/// Who has which right to a stream, according to its `$acl`; rights that it leaves out are decided elsewhere.
struct AccessList: Hashable {
    /// Stands for everyone, logged in or not.
    static let everybody = "$all"

    /// The names of users and groups that have a right.
    private var roles: [AccessRight: Set<String>] = [:]

    init() {}

    /// Nil if the list does not say who has the right.
    func roles(for right: AccessRight) -> Set<String>? { self.roles[right] }
}

/// What can be done with a stream.
enum AccessRight: String, CaseIterable, CodingKey {
    case read = "$r"
    case write = "$w"
    case delete = "$d"
    case readMetadata = "$mr"
    case writeMetadata = "$mw"
}

extension AccessList: Decodable {
    /// A single role is written without an array.
    private struct Roles: Decodable {
        let names: Set<String>

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            do {
                self.names = [try value.decode(String.self)]
            } catch {
                self.names = Set(try value.decode([String].self))
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: AccessRight.self)
        for right in members.allKeys {
            self.roles[right] = try members.decode(Roles.self, forKey: right).names
        }
    }
}
