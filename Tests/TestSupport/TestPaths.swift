import Foundation

/// Where tests find what they need.
public enum TestPaths {
    /// The package's root folder.
    public static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// `Tests/Fixtures`.
    public static let fixtures = package.appendingPathComponent("Tests/Fixtures")

    /// The folder of built products: the test bundle lies in it, the executables beside it.
    public static let products: URL = {
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: bundle).deletingLastPathComponent()
    }()

    /// The data sets: `TACIT_DATA`. Where it is not set, a folder that is not there.
    public static let data = URL(
        fileURLWithPath: ProcessInfo.processInfo.environment["TACIT_DATA"] ?? "/TACIT_DATA is not set")

    /// Whether a file or folder of the data sets is there. For `@Test(.enabled(if: TestPaths.hasData(...), "..."))`.
    public static func hasData(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: data.appendingPathComponent(name).path)
    }

    /// Whether a shipped model is there.
    public static func hasModel(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: package.appendingPathComponent("models/\(name)").path)
    }
}
