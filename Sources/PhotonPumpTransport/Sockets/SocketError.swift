/// A system call on a socket that failed.
package struct SocketError: Error, Hashable, Sendable {
    /// What was tried: `connect`, `read`, `listen`, …
    package let operation: String
    /// The system's number for the cause; `nil` where the cause is no errno.
    package let number: Int32?
    package let reason: String
    /// The address it was tried on, when there is one.
    package let address: String?

    package init(_ operation: String, number: Int32, address: String? = nil) {
        self.init(operation, number: number, reason: Platform.describe(number), address: address)
    }

    package init(_ operation: String, number: Int32? = nil, reason: String, address: String? = nil) {
        self.operation = operation
        self.number = number
        self.reason = reason
        self.address = address
    }
}

extension SocketError: CustomStringConvertible {
    package var description: String {
        let place = self.address.map { " \($0)" } ?? ""
        return "\(self.operation)\(place): \(self.reason)"
    }
}
