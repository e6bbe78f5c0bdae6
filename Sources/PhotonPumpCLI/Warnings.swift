import Foundation

/// Says on stderr what settings give up, whatever is logged.
func warn(of risks: [String]) throws {
    for risk in risks {
        try FileHandle.standardError.write(contentsOf: Data("Warning: \(Printable.line(risk))\n".utf8))
    }
}
