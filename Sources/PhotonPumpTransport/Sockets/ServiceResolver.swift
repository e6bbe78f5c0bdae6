package import Dispatch
internal import PhotonPumpSystem

/// Looks up the servers of a service, on threads of its own, because the system's resolver blocks.
package enum ServiceResolver {
    /// All servers that the SRV records of this name give, in no particular order. The lookup itself cannot be interrupted.
    ///
    /// - Parameter completion: runs on `queue`.
    package static func resolve(
        _ service: String, on queue: DispatchQueue,
        completion: @escaping @Sendable (Result<[ServiceRecord], SocketError>) -> Void
    ) {
        DispatchQueue(label: "photonpump.resolver").async {
            let result = Result { () throws(SocketError) in try self.records(of: service) }
            queue.async { completion(result) }
        }
    }

    /// - Parameter port: that of a server on this machine to ask instead of those that the system is configured for.
    static func records(of service: String, askingPort port: UInt16 = 0) throws(SocketError) -> [ServiceRecord] {
        var answer = [UInt8](repeating: 0, count: 1 << 16)
        let length = photonpump_resolver_ask(service, port, &answer, CInt(answer.count))
        guard length >= 0 else { throw SocketError("resolve", reason: self.reason(-length), address: service) }
        return try self.records(in: Array(answer.prefix(Int(length))), of: service)
    }

    /// The servers that an answer of the DNS gives.
    static func records(in answer: [UInt8], of service: String) throws(SocketError) -> [ServiceRecord] {
        var records: [ServiceRecord] = []
        var isOffered = true
        var entry = photonpump_service()
        reading: for index in 0... {
            switch Int(photonpump_resolver_read(answer, CInt(answer.count), CInt(index), &entry)) {
            case photonpump_record_end: break reading
            case photonpump_record_other: continue
            case photonpump_record_service:
                let host = withUnsafeBytes(of: entry.host) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                // The root stands for nowhere.
                isOffered = !["", "."].contains(host)
                guard isOffered, entry.port > 0 else { continue }
                records.append(
                    ServiceRecord(
                        host: host, port: Int(entry.port), priority: Int(entry.priority), weight: Int(entry.weight)))
            default:
                throw SocketError("resolve", reason: "the answer of the DNS cannot be read", address: service)
            }
        }
        guard !records.isEmpty else {
            let reason = isOffered ? "it has no SRV records" : "its SRV record says that nobody offers the service"
            throw SocketError("resolve", reason: reason, address: service)
        }
        return records
    }

    private static func reason(_ problem: CInt) -> String {
        switch problem {
        case HOST_NOT_FOUND: "there is no such name"
        case TRY_AGAIN: "no DNS server has given an answer"
        case NO_DATA: "it has no SRV records"
        default: "the DNS server has refused to answer"
        }
    }
}
