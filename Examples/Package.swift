// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "photonpump", path: ".."),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.0.0"),
    ],
    targets: [
        .executableTarget(
            name: "ReadModel",
            dependencies: [
                .product(name: "PhotonPump", package: "photonpump"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "ExactlyOnce/Sources/ReadModel"
        ),
        .executableTarget(
            name: "Chat",
            dependencies: [.product(name: "PhotonPump", package: "photonpump")],
            path: "Chat/Sources"
        ),
        .executableTarget(
            name: "Orders",
            dependencies: [
                .product(name: "PhotonPump", package: "photonpump"),
                .product(name: "PhotonPumpAdmin", package: "photonpump"),
                .product(name: "EmbeddedEventStore", package: "photonpump"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Orders/Sources"
        ),
        .executableTarget(
            name: "Stable",
            dependencies: [
                .product(name: "PhotonPump", package: "photonpump"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            path: "Stable/Sources"
        ),
        .testTarget(
            name: "StableTests",
            dependencies: [
                "Stable",
                .product(name: "EmbeddedEventStore", package: "photonpump"),
            ],
            path: "Stable/Tests"
        ),
    ]
)
