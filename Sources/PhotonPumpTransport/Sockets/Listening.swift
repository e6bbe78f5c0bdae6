/// Accepts connections on one address, on one queue.
package protocol Listening: AnyObject {
    /// The address bound.
    var address: SocketAddress { get }
    var isClosed: Bool { get }

    /// Starts accepting; until then, connections wait. `accept` runs on the queue, once per connection, and never after
    /// ``close(_:)``.
    func activate(_ accept: @escaping (sending any Transport) -> Void)

    /// Stops listening; `closed` runs when the port is free again.
    func close(_ closed: @escaping @Sendable () -> Void)
}
