import Foundation
import TacitTestSupport
import Testing

/// The program that stands at the top of `tacit.h`: compiled as it is, linked with the shared library, run.
@Suite struct HeaderProgramTests {
    private static let include = TestPaths.package.appendingPathComponent("Sources/CInterface/include").path

    /// The program's text, without the comment around it.
    private static func program() throws -> String {
        let header = try String(contentsOfFile: "\(include)/tacit.h", encoding: .utf8)
        let lines = header.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex(of: "//     #include <stdio.h>"))
        let end = try #require(lines[start...].firstIndex(of: "//     }"))
        return lines[start...end].map { String($0.dropFirst($0.count > 2 ? 7 : 2)) }.joined(separator: "\n") + "\n"
    }

    private struct Program {
        let folder: TemporaryFolder
        let executable: Executable

        init() throws {
            folder = try TemporaryFolder()
            let source = try folder.write("classify.c", HeaderProgramTests.program().utf8)
            // As `tools/build-library` calls it.
            try FileManager.default.createSymbolicLink(
                atPath: folder.path("libtacit.so"),
                withDestinationPath: TestPaths.products.appendingPathComponent("libTacitInterface.so").path)
            let outcome = try Clang.run(
                [
                    "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", source, "-I",
                    HeaderProgramTests.include, "-L", folder.path, "-ltacit", "-Wl,-rpath,\(folder.path)", "-o",
                    folder.path("classify"),
                ])
            try #require(outcome.status == 0, "\(outcome.standardError)")
            executable = Executable(path: folder.path("classify"))
        }
    }

    @Test(arguments: ["gpt2-plain", "llama-sliding-last-logmel", "gpt2-full-hidden"])
    func labelsAsTheCommandDoes(name: String) throws {
        let program = try Program()
        let golden = try GoldenCase(name: name)
        let model = try ConvertedModel(golden, weights: "int8")
        for sound in golden.sounds {
            let path = golden.path(of: sound)
            let outcome = try program.executable.run([model.path, path])
            #expect(outcome.status == 0 && outcome.errors.isEmpty)
            let labels = outcome.outputLines.map { line in
                let parts = line.split(separator: " ", maxSplits: 1)
                return "\(Float(parts[0]) ?? .nan) \(parts[1])"
            }
            let expected = try ResultLine.lines(of: Executable.tacit.run(["classify", model.path, path, "--json"]))
            let printed = try #require(expected[0].labels).map { "\($0.score) \($0.label)" }
            #expect(labels == printed && !labels.isEmpty, "\(name), \(sound.file)")
        }
    }

    /// Old programs are built without much of what came later.
    @Test(arguments: [["c", "c99"], ["c", "c11"], ["c++", "c++98"], ["c++", "c++17"]])
    func theHeaderIsOfEveryStandard(language: [String]) throws {
        let folder = try TemporaryFolder()
        let source = try folder.write("a.c", "#include <tacit.h>\n".utf8)
        let outcome = try Clang.run([
            "-x", language[0], "-std=\(language[1])", "-Wall", "-Wextra", "-Werror", "-pedantic-errors",
            "-fsyntax-only",
            "-I", Self.include, source,
        ])
        #expect(outcome.status == 0, "\(outcome.standardError)")
    }

    @Test func saysWhatIsWrong() throws {
        let program = try Program()
        let model = try ConvertedModel(GoldenCase(name: "gpt2-plain"))
        let absent = try program.executable.run([model.path, "/nowhere/dog.wav"])
        #expect(absent.status == 66 && absent.standardError == "/nowhere/dog.wav: No such file or directory\n")
        let broken = try program.executable.run(["/bin/sh", "/nowhere/dog.wav"])
        #expect(broken.status == 65 && broken.standardError == "/bin/sh: byte 0: not a GGUF file\n")
        #expect(broken.output.isEmpty)
        #expect(try program.executable.run([]).status == 64)
    }
}
