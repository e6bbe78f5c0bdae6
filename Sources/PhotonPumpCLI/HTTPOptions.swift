import ArgumentParser
import PhotonPump

/// Where to send a request that is made over HTTP.
struct HTTPOptions: ParsableArguments {
    @Option(help: "The HTTP port of the server that a tcp:// or tls:// URL names.")
    var httpPort = Endpoint.defaultGossipPort

    func validate() throws { try check("http-port", self.httpPort, in: 1...65535) }
}
