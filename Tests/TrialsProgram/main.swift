import Foundation

let settings = try Settings(CommandLine.arguments.dropFirst())
let isPassed = try await settings.isSoak ? Soak.run(settings) : Simulations.run(settings)
exit(isPassed ? 0 : 1)
