import Foundation
import TacitTestSupport
import Testing

/// With too little memory a program ends with one line of its own and a status, and what it was to change is as it was.
/// `tools/short-of-memory` tries more commands, and closer limits around the least that is enough.
@Suite struct LittleMemoryTests {
    private let given: ModelAndNoise
    private var model: ConvertedModel { given.model }
    private var sound: String { given.sound }

    init() throws { given = try ModelAndNoise() }

    /// From what the loader alone does not get by with to what is enough, in KiB.
    private func outcomes(
        _ arguments: [String], of executable: Executable = .tacit,
        limits: StrideTo<Int> = stride(from: 24_000, to: 120_000, by: 1500)
    ) throws -> [Executable.Outcome] {
        try limits.map { limit in
            try Executable.shell.run(
                ["-c", "ulimit -v \(limit); exec \"$@\"", "sh", executable.path] + arguments)
        }
    }

    private func check(_ outcomes: [Executable.Outcome], _ what: String, of program: String = "tacit") {
        for outcome in outcomes {
            // Without room for its libraries it has not begun.
            let hasBegun = outcome.status != 127 && !(outcome.signal != nil && outcome.errors.isEmpty)
            guard hasBegun else { continue }
            #expect(outcome.status == 0 || outcome.status == 74, "\(what): \(outcome.standardError)")
            if outcome.status == 74 {
                // Swift's own line may stand in front, that it could not allocate so many bytes.
                #expect(outcome.errorLines.filter { $0.hasPrefix("\(program): ") }.count == 1, "\(what)")
                #expect(outcome.errorLines.count <= 2, "\(what): \(outcome.standardError)")
            }
        }
        #expect(outcomes.contains { $0.status == 74 }, "\(what)")
        #expect(outcomes.last?.status == 0, "\(what): \(outcomes.last?.standardError ?? "")")
    }

    @Test(arguments: [["classify"], ["listen", "--input"]])
    func oneLineAndAStatus(_ words: [String]) throws {
        check(try outcomes([words[0], model.path] + words.dropFirst() + [sound]), words[0])
    }

    /// OpenBLAS, which fuses adapters, asks for its buffer again and again where there is no room for it.
    @Test func aConversionEnds() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let path = model.folder.path("again.gguf")
        let found = try outcomes(
            ["--base", golden.baseFolder.path, "--adapter", golden.adapterFolder.path, "-o", path], of: .convert,
            limits: stride(from: 30_000, to: 420_000, by: 15_000))
        #expect(!found.contains { $0.ranTooLong })
        check(found, "convert", of: "tacit-convert")
        #expect(found.contains { $0.standardError.contains("no room for OpenBLAS") })
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(contentsOf: URL(fileURLWithPath: model.path)))
    }

    /// Every run that has ended with 0 has added its example; every other one nothing.
    @Test func whatWasLearnedStays() throws {
        let labels = model.folder.path("my.labels")
        try #require(try Executable.tacit.run(["learn", model.path, "bell", sound, "--labels", labels]).status == 0)
        let found = try outcomes(["learn", model.path, "bell", sound, "--labels", labels])
        check(found, "learn")
        struct Listed: Decodable { var examples: Int }
        let listed = try Executable.tacit.run(["learn", model.path, "--list", "--json", "--labels", labels])
        try #require(listed.status == 0, "\(listed.standardError)")
        let examples = try JSONDecoder().decode(Listed.self, from: Data((listed.outputLines.first ?? "").utf8)).examples
        #expect(examples == 1 + found.count { $0.status == 0 })
    }
}
