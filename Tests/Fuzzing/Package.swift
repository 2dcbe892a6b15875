// swift-tools-version:6.2

import PackageDescription

// A package of its own, since all that it is linked with must be built for the fuzzer. `.ci/fuzz` builds and runs it.
let package = Package(
    name: "Fuzzing",
    dependencies: [.package(name: "prompterd", path: "../..")],
    targets: [
        .executableTarget(
            name: "Fuzzing",
            dependencies: [.product(name: "PrompterCore", package: "prompterd")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            ])
    ]
)
