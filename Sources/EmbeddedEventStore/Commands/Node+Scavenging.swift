internal import PhotonPumpWire

extension Node {
    /// Nothing is lost: there is no file to make smaller. Operators may ask for it, as well as administrators.
    static func scavenge(_ request: Request) -> ScavengeDatabaseCompleted {
        request.identity.hasAny(of: [Identity.operators])
            ? ScavengeDatabaseCompleted(result: .success, totalMilliseconds: 0, spaceSaved: 0)
            : ScavengeDatabaseCompleted(
                result: .failed, text: "Access denied.", totalMilliseconds: 0, spaceSaved: 0)
    }
}
