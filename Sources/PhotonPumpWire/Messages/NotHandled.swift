internal import CEventStoreMessages

/// A node's refusal to work on a request now, or at all.
package struct NotHandled: Hashable {
    /// Any number is representable: servers may send newer ones.
    package struct Reason: WireCode {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let notReady = Reason(rawValue: 0)
        package static let tooBusy = Reason(rawValue: 1)
        package static let notMaster = Reason(rawValue: 2)
        package static let isReadOnly = Reason(rawValue: 3)
    }

    package var reason: Reason
    /// Only for ``Reason/notMaster`` and ``Reason/isReadOnly``.
    package var master: MasterInfo?

    package init(reason: Reason, master: MasterInfo? = nil) {
        self.reason = reason
        self.master = master
    }
}

extension NotHandled: ProtobufMessage {
    static let initialize = es__not_handled__init

    init(_ message: borrowing Es__NotHandled) throws(MalformedMessage) {
        self.reason = Reason(message.reason)
        self.master = nil
        guard message.has_additional_info != 0, self.reason == .notMaster || self.reason == .isReadOnly else { return }
        self.master = try MasterInfo(decoding: message.additional_info.copied)
    }

    func fill(_ message: inout Es__NotHandled, _ arena: inout ProtobufArena) {
        set(&message.has_reason, &message.reason, to: self.reason.cValue())
        guard let encoded = self.master?.encoded() else { return }
        let copy = arena.array(of: max(encoded.count, 1), UInt8.self)
        encoded.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: copy, count: $0.count).copyMemory(from: $0) }
        set(&message.has_additional_info, &message.additional_info, to: .init(len: encoded.count, data: copy))
    }
}

/// Where the master is; called LeaderInfo by servers of generation 20 and later.
package struct MasterInfo: Hashable, Sendable {
    package var tcpHost: String?
    package var tcpPort: Int32?
    package var httpHost: String?
    package var httpPort: Int32?
    package var secureTCPHost: String?
    package var secureTCPPort: Int32?

    package init() {}
}

extension MasterInfo: ProtobufMessage {
    static let initialize = es__not_handled__master_info__init

    init(_ message: borrowing Es__NotHandled__MasterInfo) {
        self.tcpHost = field(message.has_external_tcp_address, message.external_tcp_address)?.text
        self.tcpPort = field(message.has_external_tcp_port, message.external_tcp_port)
        self.httpHost = field(message.has_external_http_address, message.external_http_address)?.text
        self.httpPort = field(message.has_external_http_port, message.external_http_port)
        self.secureTCPHost = field(message.has_external_secure_tcp_address, message.external_secure_tcp_address)?.text
        self.secureTCPPort = field(message.has_external_secure_tcp_port, message.external_secure_tcp_port)
    }

    func fill(_ m: inout Es__NotHandled__MasterInfo, _ arena: inout ProtobufArena) {
        set(&m.has_external_tcp_address, &m.external_tcp_address, to: self.tcpHost.map { arena.copy($0) })
        set(&m.has_external_tcp_port, &m.external_tcp_port, to: self.tcpPort)
        set(&m.has_external_http_address, &m.external_http_address, to: self.httpHost.map { arena.copy($0) })
        set(&m.has_external_http_port, &m.external_http_port, to: self.httpPort)
        let secureHost = self.secureTCPHost.map { arena.copy($0) }
        set(&m.has_external_secure_tcp_address, &m.external_secure_tcp_address, to: secureHost)
        set(&m.has_external_secure_tcp_port, &m.external_secure_tcp_port, to: self.secureTCPPort)
    }
}
