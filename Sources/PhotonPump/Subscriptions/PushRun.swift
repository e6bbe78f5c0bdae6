internal import PhotonPumpWire

/// Events that the server has pushed under one id, one right after another. The subscriber gets them together, as what it
/// has to do once for each call, such as locking, costs more than what it does for an event.
struct PushRun {
    private let id: GUID
    private let command: Command
    private let subscriber: any Subscriber
    private var events: [PushedRecord] = []

    /// - Parameter first: the package that it begins with, which has yet to be appended.
    init(_ first: Package, _ subscriber: any Subscriber) {
        self.id = first.correlation
        self.command = subscriber.pushCommand
        self.subscriber = subscriber
    }

    /// - Returns: whether the package belongs to it, and brings an event that can be read.
    mutating func append(_ package: Package, _ decoder: inout PushDecoder) -> Bool {
        guard package.correlation == self.id, package.command == self.command,
            let event = try? decoder.pushed(package.command, package.payload)
        else { return false }
        self.events.append(event)
        return true
    }

    /// Gives the events to the subscriber.
    func passOn(from endpoint: String) {
        self.subscriber.received(self.events, under: self.id, from: endpoint)
    }
}
