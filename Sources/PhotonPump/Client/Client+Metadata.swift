extension Client {
    private static let metadataType = "$metadata"

    /// Reads a stream's metadata.
    ///
    /// - Parameters:
    ///   - stream: the stream, which need not exist.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/streamDeleted``,
    ///   ``PhotonPumpError/Code/accessDenied``, or ``PhotonPumpError/Code/undecodableEvent`` if the metadata is not a
    ///   JSON object.
    public nonisolated func getMetadata(
        of stream: String,
        options: CallOptions = CallOptions()
    ) async throws -> VersionedMetadata {
        guard let event = try await self.getRawMetadata(of: stream, options: options) else {
            return VersionedMetadata(metadata: StreamMetadata(), version: .noStream)
        }
        do {
            return VersionedMetadata(metadata: try StreamMetadata(json: event.data), version: .version(event.number))
        } catch {
            throw PhotonPumpError(
                .undecodableEvent,
                "the metadata of '\(stream)' is not a JSON object",
                stream: stream,
                eventNumber: event.number,
                underlying: error
            )
        }
    }

    /// Reads a stream's metadata as it is stored: a JSON object, unless someone has written something else.
    ///
    /// - Parameters:
    ///   - stream: the stream, which need not exist.
    ///   - options: the timeout, credentials and node of this call.
    /// - Returns: the event that holds it; its number is the version to expect when it is replaced. nil if the stream has
    ///   no metadata.
    /// - Throws: as ``getMetadata(of:options:)``, except that it may be anything.
    public nonisolated func getRawMetadata(
        of stream: String,
        options: CallOptions = CallOptions()
    ) async throws -> RecordedEvent? {
        try Arguments.check(stream: stream)
        let name = StreamName.metadata(of: stream)
        return try await self.findLastEvent(in: name, resolveLinks: false, options: options)?.received
    }

    /// Replaces a stream's metadata.
    ///
    /// - Parameters:
    ///   - metadata: the complete new metadata.
    ///   - stream: the stream, which need not exist.
    ///   - expected: what must be true of the metadata; see ``VersionedMetadata/version``.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: ``PhotonPumpError``, such as ``PhotonPumpError/Code/wrongExpectedVersion``,
    ///   ``PhotonPumpError/Code/accessDenied`` and, before anything is sent, ``PhotonPumpError/Code/invalidArgument``.
    @discardableResult
    public nonisolated func setMetadata(
        _ metadata: StreamMetadata,
        of stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> WriteResult {
        try await self.write(metadata: Payload(try metadata.json()), of: stream, expected, options)
    }

    /// Replaces a stream's metadata by JSON that is stored as it is.
    ///
    /// - Parameters:
    ///   - json: the complete new metadata, a JSON object. Servers ignore what they do not understand.
    ///   - stream: the stream, which need not exist.
    ///   - expected: what must be true of the metadata.
    ///   - options: the timeout, credentials and node of this call.
    /// - Throws: as ``setMetadata(_:of:expecting:options:)``; ``PhotonPumpError/Code/invalidArgument`` also if it is not a
    ///   JSON object, because servers would take it for none: without limits, and open to everyone.
    @discardableResult
    public nonisolated func setRawMetadata(
        _ json: Payload,
        of stream: String,
        expecting expected: ExpectedVersion = .any,
        options: CallOptions = CallOptions()
    ) async throws -> WriteResult {
        guard (try? RawMembers(json)) != nil else {
            throw PhotonPumpError(
                .invalidArgument, "the metadata for '\(stream)' is not a JSON object", stream: stream)
        }
        return try await self.write(metadata: json, of: stream, expected, options)
    }

    private nonisolated func write(
        metadata json: Payload, of stream: String, _ expected: ExpectedVersion, _ options: CallOptions
    ) async throws -> WriteResult {
        try Arguments.check(stream: stream)
        guard !stream.hasPrefix("$$") else {
            throw PhotonPumpError(
                .invalidArgument, "'\(stream)' holds the metadata of another stream and has none of its own",
                stream: stream)
        }
        let event = NewEvent(type: Self.metadataType, data: json, isJSON: true)
        let name = StreamName.metadata(of: stream)
        return try await self.publish([event], to: name, expecting: expected, options: options)
    }

    /// Reads a stream's metadata, lets `edit` change it, and writes it back if it has changed. If someone else changed
    /// it in the meantime, all of that is repeated.
    ///
    /// - Parameters:
    ///   - stream: the stream, which need not exist.
    ///   - attempts: how often to try at most, 1 or more.
    ///   - options: the timeout, credentials and node of each single call.
    ///   - edit: changes the metadata; may be called several times.
    /// - Returns: the metadata as it is now.
    /// - Throws: any error of `edit`; ``PhotonPumpError/Code/wrongExpectedVersion`` if the last attempt failed, too;
    ///   and as ``getMetadata(of:options:)`` and ``setMetadata(_:of:expecting:options:)``.
    @discardableResult
    public nonisolated func editMetadata(
        of stream: String,
        attempts: Int = 10,
        options: CallOptions = CallOptions(),
        _ edit: (inout StreamMetadata) async throws -> Void
    ) async throws -> StreamMetadata {
        try await self.asOneCall {
            var attempt = 1
            while true {
                let current = try await self.getMetadata(of: stream, options: options)
                var edited = current.metadata
                try await edit(&edited)
                guard edited != current.metadata else { return edited }
                do {
                    try await self.setMetadata(edited, of: stream, expecting: current.version, options: options)
                    return edited
                } catch let error as PhotonPumpError where error.code == .wrongExpectedVersion && attempt < attempts {
                    attempt += 1
                }
            }
        }
    }

    /// Makes the events before the given number unreadable; the server removes them in time.
    ///
    /// - Parameters:
    ///   - stream: the stream to truncate.
    ///   - number: the first event to keep.
    ///   - options: the timeout, credentials and node of each single call.
    /// - Throws: as ``editMetadata(of:attempts:options:_:)``.
    public nonisolated func truncateStream(
        _ stream: String,
        before number: Int64,
        options: CallOptions = CallOptions()
    ) async throws {
        try await self.editMetadata(of: stream, options: options) { $0.truncateBefore = number }
    }
}
