/// What became of a write, as the server numbers it. Any number is representable: servers may send newer ones.
package struct OperationResult: WireCode {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let success = OperationResult(rawValue: 0)
    package static let prepareTimeout = OperationResult(rawValue: 1)
    package static let commitTimeout = OperationResult(rawValue: 2)
    package static let forwardTimeout = OperationResult(rawValue: 3)
    package static let wrongExpectedVersion = OperationResult(rawValue: 4)
    package static let streamDeleted = OperationResult(rawValue: 5)
    package static let invalidTransaction = OperationResult(rawValue: 6)
    package static let accessDenied = OperationResult(rawValue: 7)
}
