internal import Foundation

/// A port of the loopback interface that nobody listens on, and nobody else can take, while this exists.
package final class UnusedPort: Sendable {
    package let number: Int
    private let descriptor: CInt

    package init() throws {
        // SOCK_STREAM, whose Swift type differs between systems and whose number does not.
        self.descriptor = socket(AF_INET, 1, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        let result = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        self.number = Int(UInt16(bigEndian: address.sin_port))
        if result != 0 { throw CocoaError(.fileNoSuchFile) }
    }

    deinit {
        close(self.descriptor)
    }
}
