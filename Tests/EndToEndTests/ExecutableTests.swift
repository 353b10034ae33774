import TacitTestSupport
import Testing

/// The tool that every other test here stands on.
@Suite struct ExecutableTests {
    @Test func carriesEveryByteBothWays() throws {
        var random = RandomNumbers(seed: 1)
        let input = (0..<1_000_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let outcome = try Executable(path: "/bin/cat").run([], input: input)
        #expect(outcome.status == 0)
        #expect(outcome.output == input)
        #expect(outcome.errors.isEmpty)
    }

    @Test func reportsStatusStreamsFolderAndEnvironment() throws {
        let folder = try TemporaryFolder()
        let outcome = try Executable.shell.run(
            ["-c", "pwd; echo $TACIT_MODELS; echo bad >&2; exit 65"], environment: ["TACIT_MODELS": "here"],
            folder: folder.path)
        #expect(outcome.status == 65)
        #expect(outcome.outputLines == [folder.path, "here"])
        #expect(outcome.errorLines == ["bad"])
    }

    @Test func tellsASignalFromAStatus() throws {
        let outcome = try Executable.shell.run(["-c", "kill -SEGV $$"])
        #expect(outcome.status == nil)
        #expect(outcome.signal == 11)
        #expect(!outcome.ranTooLong)
    }

    @Test func endsWhatHangs() throws {
        let outcome = try Executable(path: "/bin/sleep").run(["600"], limit: 0.2)
        #expect(outcome.ranTooLong)
        #expect(outcome.signal == 9)
    }

    /// Foundation would make a static executable several times as large. What the argument parser takes of its
    /// essentials is small, and left out of that by tools/build-static.
    @Test func theRuntimeLinksNoFoundationAndNoOpenBLAS() throws {
        let needed = try neededLibraries(of: Executable.tacit.path)
        #expect(needed.contains { $0.hasPrefix("libasound.so") }, "\(needed)")
        let unwanted = [
            "libFoundation.so", "libFoundationInternationalization.so", "lib_FoundationICU.so", "libopenblas",
        ]
        for name in unwanted { #expect(!needed.contains { $0.hasPrefix(name) }, "\(needed)") }
    }

    @Test func noModuleImportsFoundation() throws {
        let outcome = try Executable(path: "/usr/bin/env").run([
            "grep", "--recursive", "--files-with-matches", "--extended-regexp", "^[a-z@ ]*import Foundation",
            TestPaths.package.appendingPathComponent("Sources").path,
        ])
        #expect(outcome.outputLines == [])
        #expect(outcome.status == 1, "\(outcome.standardError)")
    }

    /// What it multiplies with is loaded when it is wanted, with room for it (`Sources/COpenBLAS`).
    @Test func theConverterLinksNeitherDevicesNorOpenBLAS() throws {
        let needed = try neededLibraries(of: Executable.convert.path)
        #expect(needed.contains { $0.hasPrefix("libmd.so") }, "\(needed)")
        for name in ["libasound", "libv4l2", "libopenblas"] {
            #expect(!needed.contains { $0.hasPrefix(name) }, "\(needed)")
        }
    }

    private func neededLibraries(of path: String) throws -> [String] {
        let outcome = try Executable(path: "/usr/bin/env").run(["LC_ALL=C", "readelf", "--dynamic", "--wide", path])
        #expect(outcome.status == 0, "\(outcome.standardError)")
        return outcome.outputLines.filter { $0.contains("(NEEDED)") }
            .compactMap { $0.split(separator: "[").last.map { String($0.dropLast()) } }
    }

    @Test func goldenCasesAreThere() throws {
        #expect(GoldenCase.all.count >= 13)
        for golden in GoldenCase.all {
            #expect(!golden.sounds.isEmpty)
            for sound in golden.sounds {
                #expect(sound.mean.logits.count == golden.labels.count)
                #expect(!sound.windows.isEmpty)
            }
        }
        #expect(try GoldenTokens(name: "tinystories-656k").last.count == 128)
    }
}
