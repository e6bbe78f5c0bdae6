/// The making of one connection; used on its executor's queue only, and once.
package protocol Dialling: AnyObject {
    func start()

    /// The connection made, once; after that, or before there is an outcome, it throws.
    func takeTransport() throws(SocketError) -> any Transport

    /// Gives up; the completion does not run.
    func cancel()
}
