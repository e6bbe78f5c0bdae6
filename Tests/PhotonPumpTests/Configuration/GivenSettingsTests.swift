import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Settings that are given one by one")
struct GivenSettingsTests {
    typealias Example = (configuration: Client.Configuration, url: String, settings: [(name: String, text: String)])

    /// Settings, a connection string with their target and user alone, and the others one by one.
    static var examples: [Example] {
        var generator = SeededGenerator(seed: .random(in: 0 ... .max))
        return (0..<200).map { _ in
            let configuration = Client.Configuration.random(using: &generator)
            let draft = ConnectionDraft(configuration)
            let settings = Setting.own.compactMap { setting in setting.write(draft).map { (setting.name, $0) } }
            let url = configuration.connectionString.split(separator: "?", maxSplits: 1).first.map(String.init) ?? ""
            return (configuration, url, settings)
        }
    }

    @Test("settings that are given one by one are all in the examples, with several values")
    func complete() {
        let examples = Self.examples
        let given = Set(examples.flatMap { $0.settings.map(\.name) })
        #expect(given == Set(Setting.own.map(\.name)))
        // What is added to the settings of a client must come here, and so in the tests of each source of them.
        var values: [String: Set<String>] = [:]
        for (configuration, _, _) in examples {
            Self.note(configuration, at: "", in: &values)
        }
        #expect(values.filter { $0.value.count == 1 }.map(\.key) == [])
        #expect(values.count > 30)
    }

    /// Notes each property of a value, and those of its properties.
    private static func note(_ value: Any, at path: String, in values: inout [String: Set<String>]) {
        let mirror = Mirror(reflecting: value)
        if mirror.displayStyle == .optional, let (_, some) = mirror.children.first {
            values[path, default: []].insert("some")
            return self.note(some, at: path, in: &values)
        }
        guard mirror.displayStyle == .struct, !mirror.children.isEmpty, !(value is Duration) else {
            values[path, default: []].insert("\(value)")
            return
        }
        for case (let label?, let child) in mirror.children { self.note(child, at: "\(path).\(label)", in: &values) }
    }
}
