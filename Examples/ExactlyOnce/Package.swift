// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "ExactlyOnce",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "PhotonPump", path: "../.."),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
    ],
    targets: [
        .executableTarget(
            name: "ReadModel",
            dependencies: [
                .product(name: "PhotonPump", package: "PhotonPump"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        )
    ]
)
