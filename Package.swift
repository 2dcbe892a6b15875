// swift-tools-version:6.2

import PackageDescription

let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        // Only where it is asked for, so that a newer compiler's warnings never keep a user from building.
    ] + (Context.environment["PROMPTERD_WARNINGS"] == "errors" ? [.treatAllWarnings(as: .error)] : [])

// In debug builds too: the simulations of the core are two thirds of what the tests compute.
let optimized: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

// An object that stands in for a part of the Swift runtime: deploy/package gives a smaller one for ICU's data.
let standIn: [LinkerSetting] = Context.environment["PROMPTERD_ICU"].map { [.unsafeFlags([$0])] } ?? []

// What each package is for.
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let sqlite: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqliteLibrary: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let network: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "prompterd",
    products: [
        .executable(name: "prompterd", targets: ["prompterd"]),
        .executable(name: "prompterd-bench", targets: ["prompterd-bench"]),
        // For Tests/Fuzzing, a package of its own: a fuzzer's programs can't be built as targets of this one.
        .library(name: "PrompterCore", targets: ["PrompterCore"]),
    ],
    dependencies: [
        // The command line: parsing, help texts, completions.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        // The heap of the timetable, the queues of the limits.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // The one interface of every log line.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        // SQLite: statements, migrations, connections that read beside the writer.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // The API's HTTP server: it bounds what a client may send, and runs on threads of its own.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    ],
    targets: [
        // Layer 0: system libraries.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CHiredis", pkgConfig: "hiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),

        // Layer 1: pure.
        .target(name: "PrompterCore", dependencies: [heap, deque], swiftSettings: strict + optimized),

        // Layer 2: adapters, each of one outside system.
        .target(name: "CurlProbing", dependencies: ["PrompterCore", "CCurl"], swiftSettings: strict),
        .target(name: "RedisGuarding", dependencies: ["PrompterCore", "CHiredis"], swiftSettings: strict),
        .target(
            name: "SQLiteVersions", dependencies: ["PrompterCore", sqlite, sqliteLibrary], swiftSettings: strict),
        .target(name: "LinuxHost", dependencies: ["PrompterCore", "CSystemd", logging], swiftSettings: strict),

        // Layer 3: the API.
        .target(name: "PrompterAPI", dependencies: ["PrompterCore"] + network, swiftSettings: strict),

        // Layer 4: the daemon.
        .target(
            name: "PrompterDaemon",
            dependencies: [
                "PrompterCore", "CurlProbing", "RedisGuarding", "SQLiteVersions", "LinuxHost", "PrompterAPI",
            ],
            swiftSettings: strict),

        // Layer 5: the programs.
        .executableTarget(
            name: "prompterd", dependencies: ["PrompterDaemon", "PrompterAPI", argumentParser, logging],
            swiftSettings: strict, linkerSettings: standIn),
        .executableTarget(
            name: "prompterd-bench", dependencies: ["PrompterDaemon", argumentParser, deque],
            swiftSettings: strict),

        // Tests. ConformanceSuites holds each protocol's one suite, OutsideParts the real servers they need.
        .target(
            name: "ConformanceSuites", dependencies: ["PrompterCore"], path: "Tests/ConformanceSuites",
            swiftSettings: strict),
        .target(
            name: "OutsideParts", dependencies: ["PrompterCore"], path: "Tests/OutsideParts",
            swiftSettings: strict),
        .testTarget(
            name: "PrompterCoreTests", dependencies: ["PrompterCore", "ConformanceSuites", heap],
            swiftSettings: strict + optimized),
        .testTarget(
            name: "CurlProbingTests", dependencies: ["CurlProbing", "ConformanceSuites", "OutsideParts"],
            swiftSettings: strict),
        .testTarget(
            name: "RedisGuardingTests", dependencies: ["RedisGuarding", "ConformanceSuites", "OutsideParts"],
            swiftSettings: strict),
        .testTarget(
            name: "SQLiteVersionsTests", dependencies: ["SQLiteVersions", "ConformanceSuites", "OutsideParts", sqlite],
            swiftSettings: strict),
        .testTarget(
            name: "LinuxHostTests", dependencies: ["LinuxHost", "OutsideParts"], swiftSettings: strict),
        .testTarget(
            name: "PrompterAPITests", dependencies: ["PrompterAPI", "OutsideParts"], swiftSettings: strict),
        .testTarget(
            name: "PrompterDaemonTests",
            dependencies: ["PrompterDaemon", "ConformanceSuites", "OutsideParts", logging],
            swiftSettings: strict),
        .testTarget(name: "BenchTests", dependencies: ["prompterd-bench"], swiftSettings: strict),
        .testTarget(
            name: "SystemTests",
            dependencies: ["PrompterCore", "ConformanceSuites", "OutsideParts", sqlite, "prompterd"],
            swiftSettings: strict),
    ]
)
