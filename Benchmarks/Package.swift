// swift-tools-version: 6.2
import PackageDescription

/// The name of the folder that the client's package is in, which is what SwiftPM calls that package.
let folder = Context.packageDirectory.split(separator: "/").dropLast().last.map(String.init) ?? ""

/// The same as an identifier, as SwiftPM gives it to the compiler.
let identifier: String = {
    let characters = folder.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    return String(characters.first?.isNumber == true ? ["_"] + characters.dropFirst() : characters)
}()

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(path: "..")
    ],
    targets: [
        // Where the measured part of a scenario begins and ends.
        .target(name: "CMark"),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "CMark",
                .product(name: "PhotonPump", package: folder),
            ],
            // The client is built as for everybody else, and `package` symbols of it can be used all the same: messages,
            // and connections in memory.
            packageAccess: false,
            swiftSettings: [
                .unsafeFlags(["-package-name", identifier]),
                // As in the package above.
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            ]
        ),
    ]
)
