internal import Dispatch
internal import Foundation

/// A DNS server on the loopback interface that answers what a test tells it to.
package final class ScriptedNameServer {
    package let port: UInt16
    private let source: any DispatchSourceRead

    /// - Parameter answer: the answer to a question, both as messages of the DNS; nil for none.
    package init(answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) throws {
        // SOCK_DGRAM, whose Swift type differs between systems and whose number does not.
        let descriptor = socket(AF_INET, 2, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        self.port = UInt16(bigEndian: address.sin_port)
        self.source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: DispatchQueue(label: "names"))
        self.source.setCancelHandler { close(descriptor) }
        self.source.setEventHandler { Self.reply(on: descriptor, answer) }
        self.source.resume()
        if result != 0 { throw CocoaError(.fileNoSuchFile) }
    }

    deinit {
        self.source.cancel()
    }

    private static func reply(on descriptor: CInt, _ answer: ([UInt8]) -> [UInt8]?) {
        var question = [UInt8](repeating: 0, count: 4096)
        var asker = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutablePointer(to: &asker) { asker in
            asker.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                let count = recvfrom(descriptor, &question, question.count, 0, $0, &length)
                guard count > 0, let answer = answer(Array(question.prefix(count))) else { return }
                _ = sendto(descriptor, answer, answer.count, 0, $0, length)
            }
        }
    }
}
