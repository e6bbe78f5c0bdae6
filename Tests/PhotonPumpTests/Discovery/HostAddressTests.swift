import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Addresses that servers name")
struct HostAddressTests {
    @Test("addresses that servers name are of no machine, of the server itself, or of another")
    func kinds() {
        for host in ["0.0.0.0", "::"] { #expect(HostAddress.isUnspecified(host)) }
        for host in ["127.0.0.1", "127.8.9.10", "localhost", "LOCALHOST", "a.localhost", "::1", "::ffff:127.0.0.1"] {
            #expect(HostAddress.isLoopback(host), "\(host)")
        }
        for host in ["10.0.0.1", "127.example", "127.0.0.1.example", "localhost.example", "::2", "127", "127.0.0"] {
            #expect(!HostAddress.isLoopback(host), "\(host)")
            #expect(!HostAddress.isUnspecified(host), "\(host)")
        }
    }

    @Test("addresses that servers name count only if they can be hosts, also when a node names its master")
    func master() {
        func endpoint(_ host: String) -> Endpoint? {
            var master = MasterInfo()
            (master.tcpHost, master.tcpPort) = (host, 1113)
            return master.endpoint(usesTLS: false)
        }
        #expect(endpoint("10.0.0.1") == Endpoint(host: "10.0.0.1", port: 1113))
        for evil in ["", "\u{1B}[2J", "a\u{9B}b", "a b", "a\u{202E}b", "a/b", "user@host"] {
            #expect(endpoint(evil) == nil, "\(evil.debugDescription)")
        }
    }
}
