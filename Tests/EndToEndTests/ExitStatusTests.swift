import Foundation
import TacitTestSupport
import Testing

/// How the executables end: `sysexits.h`, one line for an error, and quietly when no one listens any more.
@Suite struct ExitStatusTests {
    private let model: ConvertedModel
    private let sound: String

    init() throws {
        let golden = try GoldenCase(name: "llama-plain")
        model = try ConvertedModel(golden)
        // Longer than a window.
        sound = try golden.path(of: #require(golden.sounds.max { $0.samples < $1.samples }))
    }

    @Test(arguments: [
        [], ["frobnicate"], ["classify"], ["classify", "MODEL"], ["classify", "MODEL", "SOUND", "--threads", "0"],
        ["classify", "MODEL", "SOUND", "--threads", "x"], ["classify", "MODEL", "SOUND", "--top", "-1"],
        ["classify", "MODEL", "SOUND", "--top", "99999999999999999999"],
        ["classify", "MODEL", "SOUND", "--threshold", "1.5"], ["classify", "MODEL", "SOUND", "--threshold", "nan"],
        ["classify", "MODEL", "SOUND", "--hop", "0"], ["classify", "MODEL", "SOUND", "--hop", "-1"],
        ["classify", "MODEL", "SOUND", "--hop", "nan"], ["classify", "MODEL", "SOUND", "--hop", "inf"],
        ["classify", "MODEL", "SOUND", "--colour"], ["embed", "MODEL"],
        ["classify", "MODEL", "-", "SOUND", "-"], ["embed", "MODEL", "-", "-"],
        ["eval", "MODEL", "--dataset", "folder:/tmp", "--predictions", "-"],
        ["embed", "MODEL", "SOUND", "--threads", "257"],
        ["listen", "MODEL", "extra", "--input", "SOUND"], ["listen", "MODEL", "--input", "SOUND", "--rate", "8000"],
        ["listen", "MODEL", "--input", "-", "--channels", "0"], ["listen", "MODEL", "--input", "-", "--rate", "-5"],
        // Rates that can't be converted to the model's.
        ["listen", "MODEL", "--input", "-", "--rate", "1"], ["listen", "MODEL", "--command", "true", "--rate", "1"],
        ["listen", "MODEL", "--input", "-", "--raw", "--rate", "10000000"],
        ["show"], ["show", "MODEL", "MODEL"], ["verify"],
        ["bench", "MODEL", "--seconds", "0"],
        ["bench", "MODEL", "--seconds", "nan"], ["listen", "MODEL", "--labels", "-"], ["eval", "MODEL"],
        ["eval", "MODEL", "--dataset", "esc-50"],
        ["eval", "MODEL", "--dataset", "mnist:/tmp"], ["eval", "MODEL", "--dataset", "folder:"],
        ["eval", "MODEL", "--dataset", "folder:/tmp", "--split", "fold-9"],
    ])
    func wrongUsage(arguments: [String]) throws {
        let filled = arguments.map { $0 == "MODEL" ? model.path : $0 == "SOUND" ? sound : $0 }
        let outcome = try Executable.tacit.run(filled)
        if arguments.isEmpty {
            // Help, wherever it is printed.
            #expect(outcome.status == 0 || outcome.status == 64)
        } else {
            #expect(outcome.status == 64, "\(arguments)")
            #expect(outcome.output.isEmpty)
            #expect(!outcome.errors.isEmpty)
        }
    }

    /// What was given may be repeated, but never as it stands: an error is one line, in front of the usage.
    @Test(arguments: [
        ["listen", "--top", "ODD"], ["classify", "--ODD", "x.wav"],
        ["watch", "--format", "ODD", "--size", "3x3", "--input", "x"],
        ["watch", "--size", "ODD", "--format", "gray", "--input", "x"], ["listen", "--name", "ODD"],
        ["listen", "--command", "a 'ODD"], ["eval", "--dataset", "ODD:x"], ["ODD"], ["listen", "MODEL", "ODD"],
        ["listen", "--labels", "ODD", "--hop", "0"], ["convert", "--weights", "ODD", "--base", "x", "-o", "y"],
    ])
    func whatWasGivenIsOneLine(arguments: [String]) throws {
        let odd = "a\nb\u{1b}[31mc\r"
        let filled = arguments.map { $0 == "MODEL" ? model.path : $0.replacingOccurrences(of: "ODD", with: odd) }
        let outcome =
            filled[0] == "convert"
            ? try Executable.convert.run(Array(filled.dropFirst())) : try Executable.tacit.run(filled)
        #expect(outcome.status == 64, "\(arguments)")
        #expect(!outcome.standardError.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        #expect(outcome.errorLines.first?.hasPrefix("Error: ") == true, "\(outcome.standardError)")
        #expect(
            outcome.errorLines.dropFirst().allSatisfy { line in
                ["Help: ", "Usage:", "  See ", "      "].contains { line.hasPrefix($0) }
            }, "\(outcome.standardError)")
    }

    /// A value is not taken for another option because of its sign.
    @Test(arguments: [
        ["listen", "--hop", "-1"], ["listen", "--top", "-1"], ["listen", "--threshold", "-0.5"],
        ["listen", "--smooth", "-1"], ["listen", "--wait", "-1"], ["watch", "--wait", "-1"],
        ["watch", "--wait-lost", "-1"], ["bench", "--seconds", "-1"],
        ["listen", "--to", "clips:x", "--clip-before", "-1"], ["listen", "--on-after", "-3"],
        ["listen", "--to", "jsonl:x", "--rotate-bytes", "1K", "--rotate-keep", "-1"], ["listen", "--threads", "-2"],
    ])
    func aNegativeValueIsNamed(arguments: [String]) throws {
        let outcome = try Executable.tacit.run(arguments)
        #expect(outcome.status == 64)
        let (line, value) = try (#require(outcome.errorLines.first), #require(arguments.last))
        #expect(!line.contains("Missing value") && line.contains(value), "\(line)")
    }

    @Test(arguments: [
        [], ["--base", "x"], ["-o", "x"], ["--base", "x", "-o", ""], ["--base", "x", "-o", "y/"],
        ["--base", "x", "-o", "y", "--report", ""], ["--base", "x", "-o", "y", "--report", "z/"],
        ["--base", "x", "-o", "y", "--weights", "int2"], ["--base", "x", "-o", "y", "--group-size", "48"],
        ["--base", "x", "-o", "y", "--method", "magic"], ["--base", "x", "-o", "y", "--max-drop", "1"], ["x"],
        ["--base", "x", "-o", "y", "--weights", "mixed"], ["--base", "x", "-o", "y", "--group-size", "64"],
        ["--base", "x", "-o", "y", "--weights", "f32", "--group-size", "128"],
        ["--base", "x", "-o", "y", "--weights", "int4", "--group-size", "256"],
        ["--base", "x", "-o", "y", "--weights", "int8", "--method", "gptq"],
        ["--base", "x", "-o", "y", "--weights", "int4", "--budget", "6"],
        ["--base", "x", "-o", "y", "--weights", "mixed", "--budget", "0"],
        ["--base", "x", "-o", "y", "--weights", "mixed", "--budget", "nan"],
        ["--base", "x", "-o", "y", "--weights", "mixed", "--budget", "many"],
        ["--base", "x", "-o", "y", "--weights", "f32", "--int8-form", "rows"],
        ["--base", "x", "-o", "y", "--weights", "int4", "--two-plane-layers", "1"],
        ["--base", "x", "-o", "y", "--two-plane-layers", "-1"],
        ["--base", "x", "-o", "y", "--weights", "int4", "--max-drop", "1"],
        ["--base", "x", "-o", "y", "--calibration", "folder"], ["--base", "x", "-o", "y", "--calibration", "folder:"],
        ["--base", "x", "-o", "y", "--calibration", "mnist:z"], ["--base", "x", "-o", "y", "--split", "all"],
        ["--base", "x", "-o", "y", "--calibration", "folder:z", "--split", "test"],
        ["--base", "x", "-o", "y", "--calibration", "folder:z", "--max-drop", "-1"],
        ["--base", "x", "-o", "y", "--calibration", "folder:z", "--max-drop", "nan"],
        ["--base", "x", "-o", "y", "--calibration", "folder:z", "--max-drop", "101"],
        ["compare"], ["compare", "x"], ["compare", "x", "y", "z"], ["compare", "x", "y", "--calibration", "folder"],
        ["compare", "x", "y", "--base", "z"], ["--base", "x", "-o", "-"],
        ["--base", "x", "-o", "y", "--report", "-"],
    ])
    func wrongUsageOfTheConverter(arguments: [String]) throws {
        let outcome = try Executable.convert.run(arguments)
        #expect(outcome.status == 64, "\(arguments)")
        #expect(outcome.output.isEmpty)
    }

    @Test func helpAndVersionAreNoErrors() throws {
        for arguments in [["--help"], ["classify", "--help"], ["help", "listen"]] {
            let outcome = try Executable.tacit.run(arguments)
            #expect(outcome.status == 0)
            #expect(outcome.errors.isEmpty && !outcome.output.isEmpty)
        }
        for program in [Executable.tacit, .convert] {
            let outcome = try program.run(["--version"])
            #expect(outcome.status == 0 && outcome.errors.isEmpty)
            #expect(outcome.standardOutput.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
        }
        let (long, plain) = (try Executable.convert.run(["--help"]), try Executable.convert.run(["help"]))
        #expect(long.status == 0 && plain.status == 0 && plain.output == long.output)
        #expect(
            try Executable.convert.run(["help", "compare"]).output
                == Executable.convert.run(["compare", "--help"]).output)
        let help = try Executable.convert.run(["compare", "--help"])
        #expect(help.status == 0 && help.standardOutput.contains("tacit-convert compare A.gguf B.gguf"))
    }

    /// A bad path prints its line, the rest go on, and the first error's status counts.
    @Test func severalPaths() throws {
        let folder = model.folder
        let broken = try folder.write("broken.wav", Array("no sound".utf8))
        let absent = folder.path("absent.wav")
        for command in ["classify", "embed"] {
            for (paths, status) in [
                ([sound, broken, absent, sound], Int32(65)), ([absent, sound, broken, sound], 66),
            ] {
                let outcome = try Executable.tacit.run([command, "--json", model.path] + paths)
                #expect(outcome.status == status)
                #expect(try ResultLine.lines(of: outcome).map(\.path) == [sound, sound])
                #expect(outcome.errorLines.count == 2)
                #expect(outcome.standardError.contains("\(absent): No such file or directory"))
                let plain = try Executable.tacit.run([command, model.path] + paths)
                #expect(plain.status == status)
                #expect(plain.outputLines.count == 2)
            }
        }
    }

    @Test func noSuchInput() throws {
        let folder = model.folder
        for arguments in [
            ["classify", folder.path("absent.gguf"), sound], ["classify", model.path, folder.path("absent.wav")],
            ["show", folder.path("absent.gguf")], ["verify", folder.path], ["show", ""],
            ["listen", model.path, "--input", folder.path("absent.wav")], ["classify", model.path, folder.path],
            ["bench", folder.path("absent.gguf")],
            ["eval", model.path, "--dataset", "folder:\(folder.path("absent"))"],
            ["listen", model.path, "--input", folder.path], ["embed", model.path, ""],
        ] {
            let outcome = try Executable.tacit.run(arguments)
            #expect(outcome.status == 66, "\(arguments)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errorLines.count == 1, "\(arguments)")
        }
        let converted = try Executable.convert.run(["--base", folder.path("absent"), "-o", folder.path("x.gguf")])
        #expect(converted.status == 66)
        #expect(converted.errorLines == ["tacit-convert: \(folder.path("absent")): No such file or directory"])
    }

    /// What is there says what becomes a model of it.
    @Test(arguments: ["show", "verify", "classify"])
    func aBaseIsNoModel(command: String) throws {
        let base = TestPaths.package.appendingPathComponent("Tests/Fixtures/golden/gguf/llama.gguf").path
        let outcome = try Executable.tacit.run([command, base] + (command == "classify" ? [sound] : []))
        #expect(outcome.status == 65 && outcome.output.isEmpty)
        #expect(
            outcome.errorLines == [
                "tacit: \(base): general.architecture: expected tacit, found llama: "
                    + "a base, which tacit-convert --base makes a model of"
            ])
    }

    @Test(.enabled(if: !FileManager.default.fileExists(atPath: "/dev/snd"), "this machine may have a microphone"))
    func noSuchDevice() throws {
        let outcome = try Executable.tacit.run(["listen", model.path])
        #expect(outcome.status == 69)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 1)
    }

    @Test func outputThatCannotBeWritten() throws {
        let tree = try TemporaryFolder()
        try tree.copy(sound, as: "0.wav")
        try FileManager.default.createDirectory(atPath: tree.path("set/label 00"), withIntermediateDirectories: true)
        try tree.copy(sound, as: "set/label 00/0.wav")
        let eval = ["eval", model.path, "--dataset", "folder:\(tree.path("set"))"]
        for arguments in [
            ["classify", model.path, sound, sound], ["classify", "--json", model.path, sound],
            ["embed", model.path, sound], ["listen", model.path, "--input", sound, "--json"], ["show", model.path],
            ["show", "--json", model.path], ["verify", model.path], ["bench", model.path, "--seconds", "0.01"], eval,
            eval + ["--json"], [], ["--help"], ["help", "listen"], ["watch", "-h"],
        ] {
            let outcome = try Executable.shell.run(
                ["-c", "exec \"$@\" >/dev/full", "sh", Executable.tacit.path] + arguments)
            #expect(outcome.status == 73, "\(arguments)")
            #expect(outcome.errorLines == ["tacit: standard output: No space left on device"])
        }
        for path in ["/dev/full", tree.path("absent/x.jsonl"), tree.path] {
            let outcome = try Executable.tacit.run(eval + ["--predictions", path])
            #expect(outcome.status == 73, "\(path)")
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.standardError.hasPrefix("tacit: \(path): "))
        }
    }

    @Test(arguments: [["--help"], ["compare", "--help"]])
    func helpOfTheConverterThatCannotBeWritten(arguments: [String]) throws {
        let outcome = try Executable.shell.run(
            ["-c", "exec \"$@\" >/dev/full", "sh", Executable.convert.path] + arguments)
        #expect(outcome.status == 73)
        #expect(outcome.errorLines == ["tacit-convert: standard output: No space left on device"])
        let read = try Executable.convert.run(arguments)
        #expect(read.status == 0 && read.standardOutput.hasPrefix("OVERVIEW: ") && read.errors.isEmpty)
    }

    @Test func modelsThatCannotBeWritten() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let folder = try TemporaryFolder()
        let arguments = ["--base", golden.baseFolder.path, "--adapter", golden.adapterFolder.path, "-o"]
        for path in [folder.path("absent/model.gguf"), "/proc/model.gguf", folder.path] {
            let outcome = try Executable.convert.run(arguments + [path])
            #expect(outcome.status == 73, "\(path)")
            #expect(outcome.errorLines.count == 1)
            #expect(outcome.standardError.hasPrefix("tacit-convert: \(path): "))
        }
        // A disk that is full: what a process may write at most, in blocks of 512 bytes.
        for trap in ["", "trap '' XFSZ;"] {
            let full = try Executable.shell.run(
                ["-c", "\(trap) ulimit -f 40; exec \"$@\"", "sh", Executable.convert.path] + arguments
                    + [folder.path("model.gguf")])
            #expect(full.status == 73, "\(full.standardError)")
            #expect(full.errorLines.count == 1)
            #expect(try folder.names().isEmpty)
        }
    }

    /// Before there is a model, which may take minutes.
    @Test func reportsThatHaveNoPlace() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let folder = try TemporaryFolder()
        let output = folder.path("model.gguf")
        try folder.write("folder/file", [])
        try folder.write("folder/notes", "What nobody else has written down.\n".utf8)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("folder/link"), withDestinationPath: "../model.gguf")
        for (report, status) in [
            (folder.path("none/report.json"), 73), (folder.path("folder"), 73), (folder.path("folder/notes"), 73),
            ("/dev/full", 73), (output, 64), (folder.path("./model.gguf"), 64),
            (folder.path("folder/../model.gguf"), 64), (folder.path("folder/link"), 64), ("", 64),
            (folder.path("folder") + "/", 64),
        ] as [(String, Int32)] {
            let outcome = try Executable.convert.run([
                "--base", golden.baseFolder.path, "--adapter", golden.adapterFolder.path, "-o", output, "--report",
                report,
            ])
            #expect(outcome.status == status && outcome.output.isEmpty, "\(report) \(outcome.standardError)")
            #expect(try folder.names() == ["folder"])
        }
        // A mark that goes with the slash before it, were it read by characters.
        let strange = folder.path("\u{301}.gguf")
        let outcome = try Executable.convert.run([
            "--base", golden.baseFolder.path, "--adapter", golden.adapterFolder.path, "-o", strange, "--report",
            strange,
        ])
        #expect(outcome.status == 64, "\(outcome.standardError)")
        #expect(try folder.names() == ["folder"])
    }

    /// The model is whole by then, and stays.
    @Test(arguments: [[], ["--json"]])
    func reportsThatCannotBeWritten(options: [String]) throws {
        let golden = try GoldenCase(name: "llama-plain")
        let folder = try TemporaryFolder()
        let outcome = try Executable.shell.run(
            [
                "-c", "exec \"$@\" >/dev/full", "sh", Executable.convert.path, "--base", golden.baseFolder.path,
                "--adapter", golden.adapterFolder.path, "-o", folder.path("model.gguf"),
            ] + options)
        #expect(outcome.status == 73)
        #expect(outcome.errorLines == ["tacit-convert: standard output: No space left on device"])
        #expect(try folder.names() == ["model.gguf"])
    }

    /// A limit on the size of files is an error like a full disk, not a signal that ends the program.
    @Test func outputThatMayNotGrow() throws {
        let outcome = try Executable.shell.run([
            "-c", "ulimit -f 1; out=$0; exec \"$@\" >\"$out\"", model.folder.path("out.jsonl"), Executable.tacit.path,
            "embed", "--json", model.path, sound, sound, sound, sound,
        ])
        #expect(outcome.status == 73)
        #expect(outcome.errorLines == ["tacit: standard output: File too large"])
    }

    /// Reading the start of a process's memory is an error that `open` does not foresee.
    @Test func inputThatFailsMidway() throws {
        let outcome = try Executable.shell.run(
            ["-c", "\"$@\" </proc/$$/mem", "sh", Executable.tacit.path, "listen", model.path, "--input", "-"])
        #expect(outcome.status == 74)
        #expect(outcome.errorLines == ["tacit: standard input: Input/output error"])
    }

    /// No input at all is not an empty one.
    @Test(arguments: [
        ["listen", "--input", "-"], ["listen", "--raw", "--input", "-"], ["classify", "-"], ["embed", "-"],
    ])
    func noStandardInput(_ words: [String]) throws {
        let outcome = try Executable.shell.run(
            ["-c", "exec \"$@\" <&-", "sh", Executable.tacit.path, words[0], model.path] + words.dropFirst())
        #expect(outcome.status == 66)
        #expect(outcome.errorLines == ["tacit: standard input: Bad file descriptor"])
    }

    @Test func aClosedPipeIsTheEnd() throws {
        // The reader has gone before anything is written.
        let script = """
            mkfifo "$0/p" "$0/q" || exit 99
            { exec 4>"$0/p"; : <"$0/q"; "$@" >&4; echo $?; } &
            exec 3<"$0/p" 3<&-; : >"$0/q"; wait
            """
        for arguments in [
            ["classify", model.path, sound], ["embed", "--json", model.path, sound], ["show", model.path],
            ["verify", model.path], ["listen", model.path, "--input", sound, "--json"],
            ["bench", model.path, "--seconds", "0.01"],
        ] {
            let folder = try TemporaryFolder()
            let outcome = try Executable.shell.run(["-c", script, folder.path, Executable.tacit.path] + arguments)
            #expect(outcome.outputLines == ["0"], "\(arguments)")
            #expect(outcome.errors.isEmpty, "\(arguments)")
        }
        // The reader goes while an endless stream is labelled.
        let endless = try Executable.shell.run([
            "-c", "yes | { \"$@\"; echo $? >\"$0\"; } | head -n 1; cat \"$0\"", model.folder.path("status"),
            Executable.tacit.path, "listen", model.path, "--json", "--input", "-", "--hop", "0.01",
        ])
        #expect(endless.outputLines.count == 2)
        #expect(endless.outputLines.last == "0")
    }

    @Test(arguments: ["TERM", "INT"])
    func signalsEndAStream(signal: String) throws {
        let raw = try model.folder.write("long.raw", Sounds.raw(Sounds.glide(samples: 40_000)))
        let script = """
            mkfifo "$0/in"; "$@" <"$0/in" >"$0/out" & child=$!
            exec 3>"$0/in"; cat "$0/long.raw" >&3
            while ! [ -s "$0/out" ]; do sleep 0.01; done
            kill -\(signal) $child; wait $child; echo $?
            """
        let outcome = try Executable.shell.run([
            "-c", script, model.folder.path, Executable.tacit.path, "listen", model.path, "--json", "--input", "-",
            "--hop", "0.1",
        ])
        #expect(raw.hasPrefix(model.folder.path))
        #expect(outcome.outputLines == ["0"], "\(outcome.standardError)")
        #expect(outcome.errors.isEmpty)
        // Whole lines only.
        let lines = try String(contentsOfFile: model.folder.path("out"), encoding: .utf8)
        #expect(lines.hasSuffix("}\n"))
    }
}
