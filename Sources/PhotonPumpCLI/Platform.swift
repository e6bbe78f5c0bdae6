// What differs between systems, for the command line.

import Foundation

enum Platform {
    #if canImport(Darwin)
        static let ownUsage = RUSAGE_SELF
        /// `ru_maxrss` counts bytes.
        static let usageUnitsPerKilobyte = 1024
    #elseif canImport(Musl)
        static let ownUsage = RUSAGE_SELF
        static let usageUnitsPerKilobyte = 1
    #else
        static let ownUsage = CInt(RUSAGE_SELF.rawValue)
        /// `ru_maxrss` counts kilobytes.
        static let usageUnitsPerKilobyte = 1
    #endif
}

/// Hands what was printed on, also when stdout is a pipe.
///
/// - Throws: when it could not be written.
func flushOutput() throws {
    guard fflush(nil) == 0 else { throw InputError("stdout cannot be written: \(String(cString: strerror(errno)))") }
}
