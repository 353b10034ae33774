// swift-tools-version: 6.0

import PackageDescription

// A room's folder carries its plain name; its module carries the product's as well, so that it can't clash with a module
// of the package that uses this one. Only what stands in `products` is meant to be imported from outside.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: "Tacit\(name)", dependencies: dependencies, path: "Sources/\(name)")
}

// A program that shows the library.
func example(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: "\(name)Example", dependencies: dependencies, path: "Examples/\(name)")
}

// A module in C: inner loops, or wrappers of what Swift can't call.
func shim(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: "CTacit\(name)", dependencies: dependencies, path: "Sources/C\(name)")
}

// A library of the system's, found through pkg-config, and the Debian package that has it.
func system(_ name: String, _ pkgConfig: String, _ package: String) -> Target {
    .systemLibrary(
        name: "CTacit\(name)", path: "Sources/C\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "tacit",
    products: [
        .executable(name: "tacit", targets: ["TacitCommand"]),
        .executable(name: "tacit-convert", targets: ["TacitConvertCommand"]),
        .library(name: "Tacit", targets: ["Tacit"]),
        .library(name: "TacitCore", targets: ["TacitCore"]),
        // `tools/build-library` makes libtacit.so of it, whose name SwiftPM would give to the executable.
        .library(name: "TacitInterface", type: .dynamic, targets: ["TacitInterface"]),
    ],
    dependencies: [
        // Which of these versions, Package.resolved says: never a newer one by itself.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        system("ALSA", "alsa", "libasound2-dev"),
        system("MessageDigest", "libmd", "libmd-dev"),
        system("Sndfile", "sndfile", "libsndfile1-dev"),
        system("Soxr", "soxr", "libsoxr-dev"),
        system("Mpg123", "libmpg123", "libmpg123-dev"),
        // These two are linked in: they are small, and what they stand on comes with libsndfile on every machine.
        system("Vorbisfile", "vorbis", "libvorbis-dev"),
        system("Opusfile", "opus", "libopusfile-dev"),
        system("LibPNG", "libpng", "libpng-dev"),
        system("LibJPEG", "libjpeg", "libjpeg62-turbo-dev"),
        system("LibV4L2", "libv4l2", "libv4l-dev"),
        system("Zlib", "zlib", "zlib1g-dev"),

        shim("Kernels"),
        shim("V4L2", ["CTacitLibV4L2"]),
        shim("PNG", ["CTacitLibPNG"]),
        shim("JPEG", ["CTacitLibJPEG"]),
        shim("Pipe"),
        shim("Program"),
        .target(name: "CTacitLibrary", path: "Sources/CLibrary", linkerSettings: [.linkedLibrary("dl")]),
        // Loaded when they are asked for: neither linked nor needed to build.
        shim("GIF", ["CTacitLibrary"]),
        shim("Mosquitto", ["CTacitLibrary"]),
        shim("Microhttpd", ["CTacitLibrary"]),
        shim("OpenBLAS", ["CTacitLibrary"]),
        shim("WebP", ["CTacitLibrary"]),
        shim("Interface"),
        // Of headers alone: nothing is linked.
        shim("TOML"),
        // Linked in as well: its shared library has another name in every release of Debian.
        .target(
            name: "CTacitFLAC", path: "Sources/CFLAC",
            linkerSettings: [.linkedLibrary(":libFLAC.a"), .linkedLibrary("ogg"), .linkedLibrary("m")]),

        // The runtime, each room importing only what stands above it.
        room("Diagnostics", ["CTacitProgram"]),
        room("Text", ["TacitDiagnostics"]),
        room("Programs", ["CTacitProgram", "TacitDiagnostics", "TacitText"]),
        // What a file of settings says, before anyone knows what it is about.
        room("Settings", ["CTacitTOML", "TacitDiagnostics", "TacitText"]),
        room("ModelFile", ["TacitDiagnostics", "CTacitMessageDigest"]),
        room("Engine", ["CTacitKernels", "TacitDiagnostics", "TacitModelFile"]),
        room("FrontEnd", ["CTacitKernels", "TacitDiagnostics", "TacitModelFile"]),
        room(
            "Media",
            [
                "CTacitFLAC", "CTacitGIF", "CTacitJPEG", "CTacitMpg123", "CTacitOpusfile", "CTacitPNG", "CTacitPipe",
                "CTacitSndfile", "CTacitSoxr", "CTacitVorbisfile", "CTacitWebP", "TacitDiagnostics",
            ]),
        room("Devices", ["CTacitALSA", "CTacitV4L2", "TacitDiagnostics", "TacitMedia", "TacitPrograms", "TacitText"]),
        room("Labelling", ["TacitDiagnostics", "TacitEngine", "TacitFrontEnd", "TacitModelFile", "TacitText"]),
        room("Learning", ["TacitDiagnostics", "TacitEngine", "TacitLabelling", "TacitModelFile"]),
        // How far results are off: the converter knows it as well.
        room("Measures", ["TacitDiagnostics", "TacitText"]),
        room("Evaluation", ["CTacitZlib", "TacitDiagnostics", "TacitMedia"]),
        room(
            "Live",
            [
                "TacitDiagnostics", "TacitEngine", "TacitEvaluation", "TacitFrontEnd", "TacitLabelling",
                "TacitLearning", "TacitMeasures", "TacitMedia", "TacitModelFile", "TacitText",
            ]),
        room(
            "Recording",
            [
                "CTacitZlib", "TacitDiagnostics", "TacitLabelling", "TacitLive", "TacitMedia", "TacitModelFile",
                "TacitText",
            ]),
        // What other programs import: `Tacit`, or `TacitCore` where no device library is wanted, or the C interface.
        room(
            "Core",
            [
                "TacitDiagnostics", "TacitFrontEnd", "TacitLabelling", "TacitLearning", "TacitLive", "TacitMedia",
                "TacitModelFile",
            ]),
        room(
            "Interface",
            [
                "CTacitInterface", "TacitCore", "TacitDiagnostics", "TacitFrontEnd", "TacitLabelling", "TacitLive",
                "TacitMedia",
            ]),
        .target(
            name: "Tacit", dependencies: ["TacitCore", "TacitDevices", "TacitMedia"], path: "Sources/Umbrella"),
        // Programs on top of these, as a reader would write them; the tests run them.
        example("Microphone", ["Tacit"]),
        example("Camera", ["Tacit"]),
        example("File", ["TacitCore"]),
        example("Embedding", ["TacitCore"]),
        room("Console", ["CTacitProgram", "TacitDiagnostics", "TacitText"]),
        .target(
            name: "TacitSinks",
            dependencies: [
                "CTacitFLAC", "CTacitJPEG", "CTacitMessageDigest", "CTacitMicrohttpd", "CTacitMosquitto",
                "CTacitProgram", "TacitConsole", "TacitDiagnostics", "TacitFrontEnd", "TacitLabelling", "TacitLive",
                "TacitPrograms", "TacitText",
            ],
            path: "Sources/Sinks",
            // The page is part of the executable.
            resources: [
                "page.html", "page.css", "state.js", "labels.js", "events.js", "timeline.js", "corrections.js",
                "page.js",
            ].map { .embedInCode("Page/Files/\($0)") }),
        room(
            "Doctor",
            [
                "CTacitProgram", "TacitDevices", "TacitDiagnostics", "TacitLearning", "TacitLive", "TacitModelFile",
                "TacitPrograms", "TacitSinks", "TacitText",
            ]),
        .executableTarget(
            name: "TacitCommand",
            dependencies: [
                "TacitConsole", "TacitDevices", "TacitDiagnostics", "TacitDoctor", "TacitEngine", "TacitEvaluation",
                "TacitFrontEnd", "TacitLabelling", "TacitLearning", "TacitLive", "TacitMedia", "TacitModelFile",
                "TacitPrograms", "TacitRecording", "TacitSettings", "TacitSinks", "TacitText", argumentParser,
            ],
            path: "Sources/tacit"),

        // The offline converter.
        room(
            "Conversion",
            [
                "CTacitOpenBLAS", "TacitDiagnostics", "TacitEngine", "TacitMeasures", "TacitModelFile", "TacitText",
            ]),
        room(
            "Comparison",
            [
                "TacitDiagnostics", "TacitEngine", "TacitEvaluation", "TacitLabelling", "TacitLive", "TacitMeasures",
                "TacitModelFile",
            ]),
        .executableTarget(
            name: "TacitConvertCommand",
            dependencies: [
                "TacitComparison", "TacitConsole", "TacitConversion", "TacitDiagnostics", "TacitEvaluation",
                "TacitLive", "TacitMeasures", "TacitModelFile", argumentParser,
            ],
            path: "Sources/tacit-convert"),

        // Tests: a target for most libraries (Core and Umbrella share LibraryTests; Console is tested
        // through the others), the executables from outside, and hostile input.
        .target(
            name: "TacitTestSupport",
            dependencies: ["TacitDiagnostics", "TacitLabelling", "TacitLearning", "TacitMedia", "TacitModelFile"],
            path: "Tests/TestSupport"),
        .target(name: "CTacitAllocationCounter", path: "Tests/AllocationCounter"),
        // Ways in for bytes from elsewhere, each a function; tests and fuzzers feed them.
        .target(
            name: "TacitFuzzTargets",
            dependencies: [
                "TacitConversion", "TacitDiagnostics", "TacitEngine", "TacitEvaluation", "TacitFrontEnd",
                "TacitLabelling", "TacitLearning", "TacitLive", "TacitMedia", "TacitModelFile", "TacitRecording",
                "TacitSettings", "TacitSinks", "TacitTestSupport", "TacitText",
            ],
            path: "Tests/FuzzTargets"),
        .testTarget(name: "FuzzTests", dependencies: ["TacitFuzzTargets", "TacitTestSupport"]),
        .testTarget(name: "DiagnosticsTests", dependencies: ["TacitDiagnostics", "TacitTestSupport"]),
        .testTarget(name: "TextTests", dependencies: ["TacitDiagnostics", "TacitTestSupport", "TacitText"]),
        .testTarget(name: "SettingsTests", dependencies: ["TacitSettings", "TacitTestSupport", "TacitText"]),
        .testTarget(name: "ProgramsTests", dependencies: ["TacitDiagnostics", "TacitPrograms", "TacitText"]),
        .testTarget(
            name: "ModelFileTests", dependencies: ["TacitDiagnostics", "TacitModelFile", "TacitTestSupport"]),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "CTacitAllocationCounter", "CTacitKernels", "TacitDiagnostics", "TacitEngine", "TacitModelFile",
                "TacitTestSupport",
            ]),
        .testTarget(
            name: "FrontEndTests",
            dependencies: [
                "CTacitAllocationCounter", "CTacitKernels", "TacitDiagnostics", "TacitFrontEnd", "TacitMedia",
                "TacitModelFile", "TacitTestSupport",
            ]),
        .testTarget(
            name: "MediaTests", dependencies: ["CTacitSndfile", "TacitDiagnostics", "TacitMedia", "TacitTestSupport"]),
        .testTarget(
            name: "DevicesTests",
            dependencies: [
                "TacitDevices", "TacitDiagnostics", "TacitMedia", "TacitPrograms", "TacitTestSupport", "TacitText",
            ]),
        .testTarget(
            name: "LabellingTests",
            dependencies: [
                "CTacitAllocationCounter", "TacitDiagnostics", "TacitFrontEnd", "TacitLabelling", "TacitModelFile",
                "TacitTestSupport",
            ]),
        .testTarget(
            name: "LearningTests",
            dependencies: [
                "CTacitAllocationCounter", "TacitDiagnostics", "TacitEngine", "TacitLabelling", "TacitLearning",
                "TacitModelFile", "TacitTestSupport",
            ]),
        .testTarget(
            name: "LiveTests",
            dependencies: [
                "TacitDiagnostics", "TacitFrontEnd", "TacitLabelling", "TacitLearning", "TacitLive", "TacitMedia",
                "TacitModelFile", "TacitTestSupport", "TacitText",
            ]),
        .testTarget(
            name: "RecordingTests",
            dependencies: [
                "TacitCommand", "TacitConvertCommand", "TacitDiagnostics", "TacitFrontEnd", "TacitLabelling",
                "TacitLive", "TacitMedia", "TacitModelFile", "TacitRecording", "TacitSinks", "TacitTestSupport",
                "TacitText",
            ]),
        .testTarget(
            name: "SinksTests",
            dependencies: [
                "TacitConsole", "TacitDiagnostics", "TacitFrontEnd", "TacitLabelling", "TacitLive", "TacitSinks",
                "TacitTestSupport", "TacitText",
            ]),
        .testTarget(
            name: "InterfaceTests",
            dependencies: [
                "CTacitAllocationCounter", "CTacitInterface", "TacitCommand", "TacitConvertCommand",
                "TacitInterface", "TacitTestSupport",
            ]),
        .executableTarget(
            name: "ThreadCheck", dependencies: ["CTacitInterface", "TacitCore", "TacitInterface"],
            path: "Tests/ThreadCheck"),
        .testTarget(
            name: "LibraryTests",
            dependencies: [
                "CameraExample", "EmbeddingExample", "FileExample", "MicrophoneExample", "Tacit", "TacitCommand",
                "TacitConvertCommand", "TacitTestSupport",
            ]),
        .testTarget(
            name: "EvaluationTests",
            dependencies: ["TacitDiagnostics", "TacitEvaluation", "TacitMeasures", "TacitTestSupport"]),
        .testTarget(
            name: "ConversionTests",
            dependencies: [
                "TacitConversion", "TacitDiagnostics", "TacitEngine", "TacitMeasures", "TacitModelFile",
                "TacitTestSupport",
            ]),
        .testTarget(
            name: "MeasuresTests", dependencies: ["TacitDiagnostics", "TacitMeasures", "TacitTestSupport"]),
        .testTarget(
            name: "ComparisonTests",
            dependencies: [
                "TacitComparison", "TacitConversion", "TacitDiagnostics", "TacitEvaluation", "TacitLive",
                "TacitMeasures", "TacitModelFile", "TacitTestSupport",
            ]),
        .testTarget(
            name: "DoctorTests", dependencies: ["TacitCommand", "TacitConvertCommand", "TacitTestSupport"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["TacitCommand", "TacitConvertCommand", "TacitMedia", "TacitTestSupport"]),
        .testTarget(
            name: "AttackTests",
            dependencies: [
                "TacitCommand", "TacitConvertCommand", "TacitModelFile", "TacitTestSupport",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// The fuzzers' driver is linked with libFuzzer, which no ordinary build has: `tools/fuzz/run`.
if Context.environment["TACIT_FUZZER"] != nil {
    package.targets.append(
        .executableTarget(name: "TacitFuzzer", dependencies: ["TacitFuzzTargets"], path: "tools/fuzz/driver"))
}

// Tests alone without optimisation, which compile in a third of the time: for `tools/test`, for sanitizers, and for builds
// that are tried under emulation. Not those that work out by themselves, number by number, what kernels are held to.
if Context.environment["TACIT_PLAIN_TESTS"] != nil {
    for target in package.targets where target.type == .test && target.name != "EngineTests" {
        target.swiftSettings = [.unsafeFlags(["-Onone"])]
    }
}
