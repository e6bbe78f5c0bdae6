internal import PhotonPumpWire

extension Node {
    /// Does nothing, because there is no file to shrink. Operators and administrators may ask for it.
    static func scavenge(_ request: Request) -> ScavengeDatabaseCompleted {
        request.identity.hasAny(of: [Identity.operators])
            ? ScavengeDatabaseCompleted(result: .success, totalMilliseconds: 0, spaceSaved: 0)
            : ScavengeDatabaseCompleted(
                result: .failed, text: "Access denied.", totalMilliseconds: 0, spaceSaved: 0)
    }
}
