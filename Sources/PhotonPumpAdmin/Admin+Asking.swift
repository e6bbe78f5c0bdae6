internal import PhotonPump
internal import PhotonPumpSystem

extension Admin {
    /// - Returns: the answer, which is a success.
    @discardableResult
    func ask(_ request: ServerRequest, _ options: CallOptions) async throws -> ServerAnswer {
        try await self.client.answer(to: request, httpPort: self.httpPort, options: options)
    }

    /// - Returns: the value that the answer stands for in JSON.
    func ask<Value: Decodable>(
        _ request: ServerRequest, as type: Value.Type, _ options: CallOptions
    ) async throws -> Value {
        let answer = try await self.ask(request, options)
        return try self.client.read(answer, request) { try JSONDecoder().decode(type, from: Data($0)) }
    }

    /// How long a call may take.
    func timeout(_ options: CallOptions) -> Duration { options.timeout ?? self.client.configuration.operationTimeout }

    /// - Throws: `invalidArgument` for a name that would ask for something else.
    static func check(_ name: String, of what: String, _ operation: String) throws(PhotonPumpError) {
        guard !name.isEmpty else {
            throw PhotonPumpError(.invalidArgument, "the \(what)'s name is empty", during: operation)
        }
    }
}

extension HTTPBody {
    /// - Throws: `invalidArgument` for a value that JSON has not, such as an infinite number.
    static func json(_ value: some Encodable) throws(PhotonPumpError) -> HTTPBody {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return HTTPBody(type: "application/json", Array(try encoder.encode(value)))
        } catch {
            throw PhotonPumpError(.invalidArgument, "what is to be sent cannot be written as JSON", underlying: error)
        }
    }
}
