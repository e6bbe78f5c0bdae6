// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    // SE-0335: `any` marks every existential.
    .enableUpcomingFeature("ExistentialAny"),
    // SE-0409: an import is internal unless the file says otherwise.
    .enableUpcomingFeature("InternalImportsByDefault"),
    // SE-0444: a member is visible only where its module is imported.
    .enableUpcomingFeature("MemberImportVisibility"),
    // SE-0461: async functions stay on their caller's executor.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "PhotonPump",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "PhotonPump", targets: ["PhotonPump"]),
        .library(name: "PhotonPumpAdmin", targets: ["PhotonPumpAdmin"]),
        .library(name: "EmbeddedEventStore", targets: ["EmbeddedEventStore", "PhotonPumpTesting"]),
        .executable(name: "pump", targets: ["PhotonPumpCLI"]),
    ],
    traits: [
        .trait(
            name: "ServiceLifecycle",
            description: "The client and its workers are services, and end when their service group shuts down."
        ),
        .trait(
            name: "Metrics",
            description: "The client reports what it does to the backend of swift-metrics."
        ),
        .trait(
            name: "Tracing",
            description: "The client makes spans, and carries their context in the metadata of events."
        ),
        .trait(
            name: "HTTP",
            description: "Nodes are found by gossip, and what servers offer over HTTP only is there, by libcurl."
        ),
        .trait(
            name: "EmbeddedServer",
            description: "The server for demos and tests, and the command line, are there.",
            enabledTraits: ["HTTP"]
        ),
        .trait(
            name: "Configuration",
            description: "The settings of a client can be read by swift-configuration."
        ),
        .default(enabledTraits: ["EmbeddedServer", "HTTP", "Metrics", "ServiceLifecycle", "Tracing"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.11.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0"),
    ],
    targets: [
        // The protobuf-c runtime of the system.
        .systemLibrary(
            name: "CProtobufC",
            pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev"]), .brew(["protobuf-c"])]
        ),
        // The TLS of the system.
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        // The HTTP client of the system.
        .systemLibrary(
            name: "CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]
        ),
        // What of the C library Swift cannot read, or has other types on other systems.
        .systemLibrary(name: "CPhotonPumpSystem"),
        // The C library and what of Foundation does without ICU.
        .target(name: "PhotonPumpSystem", dependencies: ["CPhotonPumpSystem"], swiftSettings: settings),
        // Generated from Protos/ by `make protos`.
        .target(name: "CEventStoreMessages", dependencies: ["CProtobufC"]),
        // Frames, packages and messages: pure values.
        .target(
            name: "PhotonPumpWire",
            dependencies: ["CEventStoreMessages", "CProtobufC"],
            swiftSettings: settings
        ),
        // Sockets, TLS over them, and the executor they are served on.
        .target(
            name: "PhotonPumpTransport",
            dependencies: [
                "COpenSSL",
                "PhotonPumpSystem",
                "PhotonPumpWire",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: settings
        ),
        // The client.
        .target(
            name: "PhotonPump",
            dependencies: [
                .target(name: "CCurl", condition: .when(traits: ["HTTP"])),
                "PhotonPumpSystem",
                "PhotonPumpTransport",
                "PhotonPumpWire",
                .product(
                    name: "Configuration",
                    package: "swift-configuration",
                    condition: .when(traits: ["Configuration"])
                ),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics", condition: .when(traits: ["Metrics"])),
                .product(
                    name: "ServiceLifecycle",
                    package: "swift-service-lifecycle",
                    condition: .when(traits: ["ServiceLifecycle"])
                ),
                .product(name: "Tracing", package: "swift-distributed-tracing", condition: .when(traits: ["Tracing"])),
            ],
            swiftSettings: settings
        ),
        // What servers offer over HTTP, for those who run them.
        .target(
            name: "PhotonPumpAdmin",
            dependencies: [
                "PhotonPump",
                "PhotonPumpSystem",
                "PhotonPumpTransport",
                "PhotonPumpWire",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // The server for demos and tests.
        .target(
            name: "EmbeddedEventStore",
            dependencies: [
                "COpenSSL",
                "PhotonPumpTransport",
                "PhotonPumpWire",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["EmbeddedServer"])),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: .when(traits: ["EmbeddedServer"])),
                .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["EmbeddedServer"])),
            ],
            swiftSettings: settings
        ),
        // Client and server without a network between them.
        .target(
            name: "PhotonPumpTesting",
            dependencies: [
                "EmbeddedEventStore",
                "PhotonPump",
                "PhotonPumpTransport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // `pump`.
        .executableTarget(
            name: "PhotonPumpCLI",
            dependencies: [
                "EmbeddedEventStore",
                "PhotonPump",
                "PhotonPumpAdmin",
                .product(
                    name: "ArgumentParser",
                    package: "swift-argument-parser",
                    condition: .when(traits: ["EmbeddedServer"])
                ),
                .product(name: "Logging", package: "swift-log"),
                .product(
                    name: "UnixSignals",
                    package: "swift-service-lifecycle",
                    condition: .when(traits: ["EmbeddedServer"])
                ),
            ],
            swiftSettings: settings
        ),
        // Frames recorded from a real server, for the tests.
        .target(
            name: "RecordedFrames",
            path: "Tests/RecordedFrames",
            resources: [.copy("Vectors")],
            swiftSettings: settings
        ),
        // Requests over HTTP and their answers, recorded from real servers, for the tests.
        .target(
            name: "RecordedExchanges",
            path: "Tests/RecordedExchanges",
            resources: [.copy("Vectors")],
            swiftSettings: settings
        ),
        .systemLibrary(name: "CAllocator", path: "Tests/CAllocator"),
        // Peers that do what a test tells them to.
        .target(
            name: "ScriptedPeers",
            dependencies: ["CAllocator", "PhotonPumpTransport", "PhotonPumpWire"],
            path: "Tests/ScriptedPeers",
            swiftSettings: settings
        ),
        // A cluster, clients and all their uses while everything fails: for the tests, and for a program of its own.
        .target(
            name: "Trials",
            dependencies: [
                "EmbeddedEventStore",
                "PhotonPump",
                "PhotonPumpTransport",
                "PhotonPumpWire",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Trials",
            swiftSettings: settings
        ),
        // What `make simulate` and `make soak` run.
        .executableTarget(
            name: "run-trials",
            dependencies: ["PhotonPumpTransport", "ScriptedPeers", "Trials"],
            path: "Tests/TrialsProgram",
            swiftSettings: settings
        ),
        .testTarget(
            name: "PhotonPumpWireTests",
            dependencies: ["CEventStoreMessages", "PhotonPumpWire", "RecordedFrames"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PhotonPumpTransportTests",
            dependencies: [
                "COpenSSL",
                "EmbeddedEventStore",
                "PhotonPumpTransport",
                "PhotonPumpWire",
                "ScriptedPeers",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PhotonPumpTests",
            dependencies: [
                "PhotonPump",
                "PhotonPumpTransport",
                "PhotonPumpWire",
                "ScriptedPeers",
                .product(
                    name: "Configuration",
                    package: "swift-configuration",
                    condition: .when(traits: ["Configuration"])
                ),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ],
            resources: [.copy("Support/Gossip")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PhotonPumpAdminTests",
            dependencies: [
                "EmbeddedEventStore",
                "PhotonPump",
                "PhotonPumpAdmin",
                "PhotonPumpTransport",
                "PhotonPumpWire",
                "RecordedExchanges",
                "ScriptedPeers",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EmbeddedEventStoreTests",
            dependencies: [
                "EmbeddedEventStore",
                "PhotonPumpTransport",
                "PhotonPumpWire",
                "RecordedExchanges",
                "RecordedFrames",
                "ScriptedPeers",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BehaviourTests",
            dependencies: [
                "COpenSSL",
                "EmbeddedEventStore",
                "PhotonPump",
                "PhotonPumpAdmin",
                "PhotonPumpTesting",
                "PhotonPumpTransport",
                "PhotonPumpWire",
                "ScriptedPeers",
                "Trials",
                .product(
                    name: "Configuration",
                    package: "swift-configuration",
                    condition: .when(traits: ["Configuration"])
                ),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
    ]
)

// With a sanitizer everything is built once more: `make sanitize-address TARGETS=…` builds these tests, and no others.
if let names = Context.environment["PHOTONPUMP_TEST_TARGETS"]?.split(separator: " ").map(String.init) {
    let tests = package.targets.filter { $0.type == .test }.map(\.name)
    // Where nothing is left to run, nothing fails.
    for name in names where !tests.contains(name) {
        fatalError("'\(name)' in TARGETS is none of the test targets \(tests.joined(separator: ", "))")
    }
    package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
}
