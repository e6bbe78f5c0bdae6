internal import PhotonPumpSystem

/// Runs a system call, again when a signal interrupts it, and takes errno before anything else can change it.
func systemCall<T: SignedInteger>(
    _ operation: String,
    address: @autoclosure () -> String? = nil,
    _ call: () -> T
) throws(SocketError) -> T {
    while true {
        let result = call()
        if result >= 0 { return result }
        let number = Platform.errorNumber
        if number != EINTR { throw SocketError(operation, number: number, address: address()) }
    }
}

/// As ``systemCall(_:address:_:)``, with nil for a non-blocking call that would have to wait.
func nonBlockingCall<T: SignedInteger>(_ operation: String, _ call: () -> T) throws(SocketError) -> T? {
    do {
        return try systemCall(operation, call)
    } catch let error where error.number == EAGAIN || error.number == EWOULDBLOCK {
        return nil
    }
}
