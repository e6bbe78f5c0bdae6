import Foundation

exit(try await Simulations.run(Settings(CommandLine.arguments.dropFirst())) ? 0 : 1)
