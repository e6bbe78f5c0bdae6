internal import PhotonPumpTransport

extension ClientContext {
    /// The connection made to a server at this endpoint, with TLS if that is used.
    func transport(of dialling: any Dialling, to endpoint: Endpoint) throws(TransportError) -> any Transport {
        let socket: any Transport
        do throws(SocketError) {
            socket = try dialling.takeTransport()
        } catch {
            throw .socket(error)
        }
        guard let tls, let settings = self.configuration.tls else { return socket }
        do throws(TLSError) {
            return try TLSTransport(
                client: socket, tls, serverName: settings.expectedName(of: endpoint), executor: self.executor)
        } catch {
            throw .tls(error)
        }
    }
}
