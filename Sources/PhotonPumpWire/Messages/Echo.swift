/// The payload of Ping and Pong: any bytes, which the server sends back as they are.
package struct Echo: WireMessage, Hashable {
    package var payload: Bytes

    package init(payload: Bytes = Bytes()) {
        self.payload = payload
    }

    package init(decoding payload: Bytes) {
        self.payload = payload
    }

    package func append(to buffer: OutboundBuffer, _ command: Command, _ correlation: GUID, login: Login?) {
        buffer.append(Package(command, correlation, login: login, payload: self.payload))
    }

    package func encoded() -> Bytes { self.payload }
}
