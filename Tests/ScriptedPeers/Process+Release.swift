package import Foundation

extension Process {
    /// Foundation keeps a process that has ended, with its pipes and their descriptors, until somebody has waited for it.
    package func release() { self.waitUntilExit() }
}
