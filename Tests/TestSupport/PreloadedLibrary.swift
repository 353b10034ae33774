import Foundation

/// A fixture in C that stands in front of the C library's own functions in whichever program it is preloaded
/// (LD_PRELOAD), built once for all tests that ask for it.
public struct PreloadedLibrary: Sendable {
    public static let allocations = PreloadedLibrary("allocations/count_allocations.c")
    public static let camera = PreloadedLibrary("camera/stand_in_camera.c")
    public static let conversions = PreloadedLibrary("camera/count_conversions.c")
    public static let clock = PreloadedLibrary("clock/shift.c")
    public static let endlessDisk = PreloadedLibrary("disk/endless.c")
    public static let slowDisk = PreloadedLibrary("disk/slow.c")

    private struct NotBuilt: Error, CustomStringConvertible {
        let description: String
    }

    /// The folder lives as long as this.
    private let built: Result<(folder: TemporaryFolder, path: String), any Error>

    private init(_ fixture: String) {
        built = Result {
            let folder = try TemporaryFolder()
            let path = folder.path("library.so")
            let source = TestPaths.fixtures.appendingPathComponent(fixture).path
            let outcome = try Clang.run(["-shared", "-fPIC", "-O1", "-o", path, source, "-ldl"])
            guard outcome.status == 0 else { throw NotBuilt(description: outcome.standardError) }
            return (folder, path)
        }
    }

    /// - Throws: why it could not be built.
    public var path: String {
        get throws { try built.get().path }
    }
}
