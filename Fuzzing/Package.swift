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
    name: "Fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [
        // Nothing that is fuzzed depends on a trait, and what is not built need not be instrumented.
        .package(path: "..", traits: [])
    ],
    targets: [
        .executableTarget(
            name: "fuzz",
            dependencies: [
                .product(name: "PhotonPump", package: folder),
                .product(name: "PhotonPumpAdmin", package: folder),
            ],
            // `package` symbols of the client can be used, as in Benchmarks; what is internal, too, because it is built
            // with -enable-testing (see the Makefile).
            packageAccess: false,
            swiftSettings: [
                .unsafeFlags(["-package-name", identifier]),
                // As in the package above.
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            ]
        )
    ]
)
