extension PhotonPumpError {
    /// A request over HTTP that failed.
    public struct HTTPExchange: Sendable, Hashable {
        /// Such as `GET`.
        public let method: String
        /// From `/` on, including the query, with names in percent-encoding.
        public let path: String
        /// How the server answered; nil if it did not.
        public let status: Int?
    }
}

extension PhotonPumpError.HTTPExchange: CustomStringConvertible {
    /// Such as `GET /users/pony: 404`.
    public var description: String { "\(self.method) \(self.path)\(self.status.map { ": \($0)" } ?? "")" }
}
