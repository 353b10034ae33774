// swift-tools-version: 6.0

import PackageDescription

let package = Package(
    name: "tacit",
    products: [
        .executable(name: "tacit", targets: ["tacit"]),
        .executable(name: "tacit-convert", targets: ["tacit-convert"]),
        .library(name: "Tacit", targets: ["ModelFile", "Engine", "FrontEnd", "Capture", "Labelling"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        // System libraries, found through pkg-config.
        .systemLibrary(name: "CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
        .systemLibrary(name: "CMessageDigest", pkgConfig: "libmd", providers: [.apt(["libmd-dev"])]),
        .systemLibrary(name: "CSndfile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
        .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"])]),
        .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
        .systemLibrary(name: "CLibV4L2", pkgConfig: "libv4l2", providers: [.apt(["libv4l-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),

        // The runtime, each library importing only what stands above it.
        .target(name: "CKernels"),
        .target(name: "CV4L2", dependencies: ["CLibV4L2"]),
        .target(name: "CPNG", dependencies: ["CLibPNG"]),
        .target(name: "CJPEG", dependencies: ["CLibJPEG"]),
        .target(name: "CProgram"),
        .target(name: "Diagnostics"),
        .target(name: "ModelFile", dependencies: ["Diagnostics", "CMessageDigest"]),
        .target(name: "Engine", dependencies: ["CKernels", "Diagnostics", "ModelFile"]),
        .target(name: "FrontEnd", dependencies: ["CKernels", "Diagnostics", "ModelFile"]),
        .target(
            name: "Capture",
            dependencies: ["CALSA", "CJPEG", "CPNG", "CSndfile", "CSoxr", "CV4L2", "Diagnostics"]),
        .target(name: "Labelling", dependencies: ["Diagnostics", "Engine", "FrontEnd", "ModelFile"]),
        .target(name: "Evaluation", dependencies: ["CZlib", "Diagnostics"]),
        .executableTarget(
            name: "tacit",
            dependencies: [
                "CProgram", "Capture", "Diagnostics", "Engine", "Evaluation", "FrontEnd", "Labelling", "ModelFile",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // The offline converter.
        .target(
            name: "Conversion",
            dependencies: ["COpenBLAS", "Diagnostics", "ModelFile"]),
        .executableTarget(
            name: "tacit-convert",
            dependencies: [
                "Conversion", "Diagnostics", "ModelFile",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Tests: one target per library, the executables from outside, and hostile input.
        .target(name: "TestSupport", dependencies: ["Diagnostics"], path: "Tests/TestSupport"),
        .testTarget(name: "ModelFileTests", dependencies: ["ModelFile", "TestSupport"]),
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        .testTarget(
            name: "EngineTests", dependencies: ["AllocationCounter", "CKernels", "Engine", "ModelFile", "TestSupport"]),
        .testTarget(
            name: "FrontEndTests",
            dependencies: [
                "AllocationCounter", "CKernels", "Capture", "Diagnostics", "FrontEnd", "ModelFile", "TestSupport",
            ]),
        .testTarget(name: "CaptureTests", dependencies: ["CSndfile", "Capture", "Diagnostics", "TestSupport"]),
        .testTarget(
            name: "LabellingTests",
            dependencies: ["AllocationCounter", "Diagnostics", "FrontEnd", "Labelling", "ModelFile", "TestSupport"]),
        .testTarget(name: "EvaluationTests", dependencies: ["Diagnostics", "Evaluation", "TestSupport"]),
        .testTarget(name: "ConversionTests", dependencies: ["Conversion", "Engine", "ModelFile", "TestSupport"]),
        .testTarget(name: "EndToEndTests", dependencies: ["TestSupport", "tacit", "tacit-convert"]),
        .testTarget(
            name: "AttackTests", dependencies: ["Diagnostics", "ModelFile", "TestSupport", "tacit", "tacit-convert"]),
    ],
    swiftLanguageModes: [.v6]
)
