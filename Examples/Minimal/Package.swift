// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Minimal",
    platforms: [.macOS(.v15)],
    dependencies: [
        // Without metrics, tracing, service groups and the embedded server, what remains is swift-log and
        // swift-collections.
        .package(name: "PhotonPump", path: "../..", traits: [])
    ],
    targets: [
        .executableTarget(name: "Minimal", dependencies: [.product(name: "PhotonPump", package: "PhotonPump")])
    ]
)
