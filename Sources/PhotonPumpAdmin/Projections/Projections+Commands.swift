public import PhotonPump

extension Projections {
    /// Has a projection run, from its last checkpoint on. Does nothing if it runs already.
    ///
    /// When the call returns the server has accepted that; ``wait(for:until:options:)`` waits for it.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `notFound`, `accessDenied` or `connectionFailed`; or `CancellationError`.
    public func enable(_ name: ProjectionName, options: CallOptions = CallOptions()) async throws {
        try await self.command("enable", name, options)
    }

    /// Stops a projection, with a checkpoint. Does nothing if it is stopped already.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``enable(_:options:)``.
    public func disable(_ name: ProjectionName, options: CallOptions = CallOptions()) async throws {
        try await self.command("disable", name, options)
    }

    /// Stops a projection without a checkpoint: when it is enabled again it does again what it did since the last one.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``enable(_:options:)``.
    public func abort(_ name: ProjectionName, options: CallOptions = CallOptions()) async throws {
        try await self.command("abort", name, options)
    }

    /// Has a projection forget its state and begin anew. What it has written is
    /// deleted, and written again.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``enable(_:options:)``.
    public func reset(_ name: ProjectionName, options: CallOptions = CallOptions()) async throws {
        try await self.command("reset", name, options)
    }

    private func command(_ command: String, _ name: ProjectionName, _ options: CallOptions) async throws {
        let request = try Self.request("\(command) projection '\(name)'", .post, name, "command", command)
        try await self.admin.ask(request, options)
    }

    /// Deletes a projection, which has to be stopped (or faulted) before. Those that servers have from the start cannot be
    /// deleted.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - stateStream: whether to delete the stream with its state, too.
    ///   - checkpointStream: whether to delete the stream with its checkpoints, too.
    ///   - emittedStreams: whether to delete the streams that it has written, too, which it must have tracked.
    ///   - options: the timeout and credentials of this call. Operators and administrators may do this.
    /// - Throws: `PhotonPumpError`, such as `wrongState` if it is not stopped or one of the server's own, `notFound` or
    ///   `accessDenied`; or `CancellationError`.
    public func delete(
        _ name: ProjectionName,
        stateStream: Bool = false,
        checkpointStream: Bool = false,
        emittedStreams: Bool = false,
        options: CallOptions = CallOptions()
    ) async throws {
        var request = try Self.request("delete projection '\(name)'", .delete, name)
        request.query = [
            ("deleteStateStream", Self.flag(stateStream)),
            ("deleteCheckpointStream", Self.flag(checkpointStream)),
            ("deleteEmittedStreams", Self.flag(emittedStreams)),
        ]
        try await self.admin.ask(request, options)
    }
}
