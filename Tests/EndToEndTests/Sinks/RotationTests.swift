import Foundation
import TacitTestSupport
import Testing

/// `--rotate-bytes` and `--rotate-daily`: every line is in one of the files, whole.
@Suite struct RotationTests {
    private let listening: EventfulListening
    private var folder: TemporaryFolder { listening.folder }
    private var file: String { folder.path("lines.jsonl") }

    init() throws { listening = try EventfulListening() }

    private func files() throws -> [String] { try folder.names().filter { $0.hasPrefix("lines.jsonl") } }

    /// In the order of their names, the one that is written to last.
    private func allLines() throws -> [String] {
        let files = try files()
        return try (files.filter { $0 != "lines.jsonl" } + files.filter { $0 == "lines.jsonl" }).flatMap(
            listening.lines)
    }

    @Test func bySize() throws {
        let outcome = try listening.run(
            ["--to", "jsonl:\(file)", "--to", "stdout", "--rotate-bytes", "20K", "--rotate-keep", "1000"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        #expect(try files().count > 3)
        for name in try files() {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
            #expect(bytes.count <= 20_000 && bytes.last == UInt8(ascii: "\n"))
        }
        #expect(try allLines().map(withoutClocks) == outcome.outputLines.map(withoutClocks))
    }

    @Test func soManyAreKeptAndNothingElseIsRemoved() throws {
        let others = ["lines.jsonl.old", "lines.jsonl.20260101", "lines.jsonl2", "other"]
        for name in others { try folder.write(name, "mine".utf8) }
        let outcome = try listening.run(["--to", "jsonl:\(file)", "--rotate-bytes", "10K", "--rotate-keep", "2"])
        #expect(outcome.status == 0)
        #expect(try files().count == 3 + 3)
        for name in others { #expect(try listening.lines(name) == ["mine"]) }
    }

    /// No name would sort behind the last that there can be, as a hand has made it.
    @Test func theLastMomentOfAll() throws {
        try folder.write("lines.jsonl.99991231T235959.999Z", [])
        let outcome = try listening.run(["--to", "jsonl:\(file)", "--rotate-bytes", "10K", "--rotate-keep", "2"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let names = try folder.names().filter { $0.hasPrefix("lines.jsonl.") }
        #expect(names.count == 2 && names.allSatisfy { $0.utf8.count == "lines.jsonl.99991231T235959.999Z".utf8.count })
    }

    /// What a link leads to is put away beside itself, whether or not it is there yet, and the link stays.
    @Test(arguments: [true, false]) func byALink(isThere: Bool) throws {
        try folder.write("data/other", [])
        if isThere { try folder.write("data/real.jsonl", []) }
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "data/real.jsonl")
        let outcome = try listening.run(["--to", "jsonl:\(file)", "--rotate-bytes", "10K", "--rotate-keep", "2"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        #expect(try files() == ["lines.jsonl"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: file) == "data/real.jsonl")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("data"))
        #expect(names.contains("real.jsonl") && names.count { $0.hasPrefix("real.jsonl.") } == 2, "\(names)")
    }

    /// What was written on another day makes way for the first line of this one.
    @Test func byDay() throws {
        try folder.write("lines.jsonl", "{\"old\":1}\n".utf8)
        let dayBefore = Date().addingTimeInterval(-90_000)
        try FileManager.default.setAttributes([.modificationDate: dayBefore], ofItemAtPath: file)
        let outcome = try listening.run(["--to", "jsonl:\(file)", "--to", "stdout", "--rotate-daily"])
        #expect(outcome.status == 0)
        #expect(try allLines().map(withoutClocks) == (["{\"old\":1}"] + outcome.outputLines).map(withoutClocks))
        #expect(try !listening.lines("lines.jsonl").contains("{\"old\":1}"))
    }

    /// What was left without its end, as by a full disk, swallows no line of this run.
    @Test(arguments: [[], ["--rotate-bytes", "20K", "--rotate-keep", "1000"]])
    func aTornLineIsEnded(flags: [String]) throws {
        try folder.write("lines.jsonl", "{\"old\":1}\n{\"torn".utf8)
        let outcome = try listening.run(["--to", "jsonl:\(file)", "--to", "stdout"] + flags)
        #expect(outcome.status == 0)
        let expected = ["{\"old\":1}", "{\"torn"] + outcome.outputLines.map(withoutClocks)
        #expect(try allLines().map(withoutClocks) == expected)
    }

    /// Whether or not anything is put away here: where somebody else does it, the next line begins a new file.
    @Test(arguments: [[], ["--rotate-bytes", "1M"]], [true, false])
    func aFileThatIsGoneIsFollowed(flags: [String], isRemoved: Bool) throws {
        let run = try LiveRun(
            .tacit, listening.arguments(["--realtime", "--to", "jsonl:\(file)", "--to", "stdout"] + flags))
        #expect(run.readLine() != nil)
        #expect(waitUntil { ((try? listening.lines("lines.jsonl")) ?? []).count > 3 })
        if isRemoved {
            try FileManager.default.removeItem(atPath: file)
        } else {
            try FileManager.default.moveItem(atPath: file, toPath: folder.path("lines.jsonl.1"))
        }
        var lines: [String] = []
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0 && run.standardError.isEmpty)
        let found = try listening.lines("lines.jsonl")
        #expect(found.count > 3 && lines.suffix(found.count).map(withoutClocks) == found.map(withoutClocks))
        if !isRemoved { #expect(try listening.lines("lines.jsonl.1").count + found.count == lines.count + 1) }
    }

    /// The file is named once in a line that says so, and nothing is lost that comes meanwhile.
    @Test func aFolderThatIsGoneIsWaitedFor() throws {
        let path = try folder.write("inner/lines.jsonl", [])
        let run = try LiveRun(
            .tacit, listening.arguments(["--realtime", "--to", "jsonl:\(path)", "--to", "stdout"]))
        #expect(run.readLine() != nil)
        #expect(waitUntil { ((try? listening.lines("inner/lines.jsonl")) ?? []).count > 3 })
        try FileManager.default.moveItem(atPath: folder.path("inner"), toPath: folder.path("away"))
        #expect(waitUntil { run.standardError.contains("tacit: \(path): No such file or directory\n") })
        try FileManager.default.createDirectory(atPath: folder.path("inner"), withIntermediateDirectories: false)
        var lines = 1
        while run.readLine() != nil { lines += 1 }
        #expect(run.finish() == 0)
        let found = try listening.lines("away/lines.jsonl").count + listening.lines("inner/lines.jsonl").count
        #expect(found == lines)
    }

    /// A pipe is no file, and a folder that can't be written to keeps its one file.
    @Test func whatIsNotPutAway() throws {
        let outcome = try listening.run(["--to", "jsonl:/dev/null", "--rotate-bytes", "1K"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        // A link as others are, but what it leads to has no other path.
        let lines = try listening.run(["--to", "jsonl:/dev/stdout", "--rotate-bytes", "1K"])
        #expect(lines.status == 0 && lines.errors.isEmpty && lines.outputLines.count > 3)
    }

    /// A folder that may not be written leaves one file, and one that may not be listed leaves them all: said once.
    @Test(
        .enabled(if: Executable.canBeHeldToModes),
        arguments: [(0o555, "it can't be put away, and grows: "), (0o333, "what was put away is kept, ")])
    func aFolderThatIsClosed(mode: Int, said: String) throws {
        let folder = folder.path("closed")
        let file = try listening.folder.write("closed/lines.jsonl", [])
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder)
        let outcome = try Executable.tacit.runHeldToModes(
            listening.arguments([
                "--to", "jsonl:\(file)", "--to", "stdout", "--rotate-bytes", "5K", "--rotate-keep", "1",
            ]))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        #expect(outcome.status == 0 && outcome.errorLines.count == 1, "\(outcome.standardError)")
        #expect(outcome.standardError.hasPrefix("tacit: \(file): \(said)"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(mode == 0o555 ? names == ["lines.jsonl"] : names.count > 3)
        let lines =
            try names.dropFirst().flatMap { try listening.lines("closed/\($0)") }
            + listening.lines("closed/lines.jsonl")
        #expect(lines.map(withoutClocks) == outcome.outputLines.map(withoutClocks))
    }

    @Test(arguments: [
        ["--rotate-bytes", "999"], ["--rotate-bytes", "x"], ["--rotate-bytes", "99999999999999999999T"],
        ["--rotate-keep", "3"], ["--rotate-bytes", "10K", "--rotate-keep", "-1"],
    ])
    func refuses(flags: [String]) throws {
        let outcome = try listening.run(["--to", "jsonl:\(file)"] + flags)
        #expect(outcome.status == 64 && outcome.output.isEmpty)
    }

    /// What was expected is said, of every option that counts bytes.
    @Test(arguments: ["jsonl:lines --rotate-bytes", "clips:clips --clip-bytes", "clips:clips --clip-reserve"])
    func whatIsNoCountOfBytes(words: String) throws {
        let parts = words.split(separator: " ").map(String.init)
        for (value, expected) in [
            ("-3", "expected a whole number of bytes, as"), ("10X", "expected a whole number of bytes, as"),
            ("9999999999T", "expected fewer bytes"),
        ] {
            let outcome = try listening.run(["--to", parts[0], "\(parts[1])=\(value)"])
            #expect(outcome.status == 64 && outcome.output.isEmpty)
            #expect(outcome.standardError.contains(expected), "\(outcome.standardError)")
        }
    }

    @Test func whatGoesWithAnotherSinkIsRefused() throws {
        for flags in [
            ["--rotate-daily"], ["--clip-before", "1"], ["--exec-most", "1"], ["--mqtt-discovery", "off"],
        ] {
            let outcome = try listening.run(flags)
            #expect(outcome.status == 64 && outcome.standardError.contains("\(flags[0]) goes with --to"))
        }
    }
}
