internal import PhotonPumpSystem

/// A file descriptor with one owner, closed exactly once: when the owner is gone, unless somebody takes it over.
struct OwnedDescriptor: ~Copyable {
    let number: CInt

    init(_ number: CInt) {
        self.number = number
    }

    deinit {
        close(self.number)
    }

    /// Hands the descriptor on; whoever takes it closes it.
    consuming func release() -> CInt {
        let number = self.number
        discard self
        return number
    }
}

/// Closes a descriptor taken over with ``OwnedDescriptor/release()``.
func closeDescriptor(_ number: CInt) {
    _ = OwnedDescriptor(number)
}
