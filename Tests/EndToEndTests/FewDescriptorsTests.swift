import Foundation
import TacitTestSupport
import Testing

/// With too few descriptors a program says what it could not open, in one line, and ends with a status of its own.
@Suite struct FewDescriptorsTests {
    private let given: ModelAndNoise
    private var model: ConvertedModel { given.model }
    private var sound: String { given.sound }

    init() throws { given = try ModelAndNoise() }

    /// From what the loader alone does not get by with.
    private func outcomes(
        _ arguments: [String], of program: Executable = .tacit, upTo most: Int
    ) throws -> [Executable.Outcome] {
        try (3...most).map { limit in
            try Executable.shell.run(["-c", "ulimit -n \(limit); exec \"$@\"", "sh", program.path] + arguments)
        }.filter { $0.status != 127 }
    }

    private func check(
        _ outcomes: [Executable.Outcome], _ statuses: Set<Int32>, _ what: String, by name: String = "tacit"
    ) {
        for outcome in outcomes {
            #expect(!outcome.ranTooLong && outcome.signal == nil, "\(what): \(outcome.standardError)")
            guard outcome.status != 0 else { continue }
            #expect(statuses.contains(outcome.status ?? -1), "\(what): \(outcome.standardError)")
            #expect(outcome.errorLines.count == 1 && outcome.standardError.hasPrefix("\(name): "), "\(what)")
            #expect(outcome.standardError.contains("Too many open files"), "\(what): \(outcome.standardError)")
        }
        #expect(outcomes.contains { $0.status != 0 }, "\(what)")
    }

    @Test(arguments: [["classify"], ["listen", "--input"]])
    func files(_ words: [String]) throws {
        let found = try outcomes([words[0], model.path] + words.dropFirst() + [sound], upTo: 16)
        check(found, [66], words[0])
        #expect(found.last?.status == 0)
    }

    /// Pipes, processes and files of sinks, before there is anything to tell.
    @Test func sinks() throws {
        let folder = model.folder.path("sinks")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let found = try outcomes(
            [
                "listen", model.path, "--input", sound, "--to", "jsonl:\(folder)/events.jsonl", "--to", "exec:true",
                "--to", "clips:\(folder)/clips", "--to", "stdout",
            ], upTo: 40)
        check(found, [66, 73, 74], "sinks")
        #expect(found.last?.status == 0, "\(found.last?.standardError ?? "")")
    }

    /// A program's sound: its pipes, the process that ends it, and the ring that its samples wait in.
    @Test func commands() throws {
        let found = try outcomes(
            ["listen", model.path, "--command", "cat \(sound)", "--wait", "0"], upTo: 12)
        check(found, [66, 69, 74], "a command")
    }

    /// Libraries that open files themselves would end the process, or seem not to be there.
    @Test func conversions() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let found = try outcomes(
            [
                "--base", golden.baseFolder.path, "--adapter", golden.adapterFolder.path, "-o",
                model.folder.path("few.gguf"),
            ], of: .convert, upTo: 16)
        check(found, [74], "a conversion", by: "tacit-convert")
        #expect(found.contains { $0.standardError.contains("ulimit -n") })
        #expect(found.last?.status == 0, "\(found.last?.standardError ?? "")")
    }
}
