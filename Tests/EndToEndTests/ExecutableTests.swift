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
