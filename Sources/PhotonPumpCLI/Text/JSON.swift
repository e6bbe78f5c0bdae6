import Foundation

/// JSON to be printed on one line, its members in the order given.
indirect enum JSON {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double, decimals: Int)
    case string(String)
    case array([JSON])
    case object([(String, JSON)])
    /// Text that is JSON already.
    case raw(String)
}

extension JSON: CustomStringConvertible {
    var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value, let decimals): String(format: "%.\(decimals)f", value)
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map { "\($0)" }.joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}"
        case .raw(let text): text
        }
    }

    private static func quoted(_ text: String) -> String {
        var line = [UInt8(ascii: "\"")]
        Printable.append(text, as: .quoted, to: &line)
        line.append(UInt8(ascii: "\""))
        return String(decoding: line, as: UTF8.self)
    }
}
