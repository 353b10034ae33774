import Foundation
import TacitTestSupport
import Testing

/// What `learn` is given in other ways than a short, whole, regular file.
@Suite struct LearnInputTests: TeachesLabels {
    let place: TeachingPlace

    init() throws { place = try TeachingPlace() }

    /// A pipe can be read once, and gives the same label as a file does.
    @Test func aPipeIsAsGoodAsAFile() throws {
        let file = try sound("a.wav", noise(1))
        try learn(["bell", file])
        let piped = folder.path("piped.labels")
        let outcome = try Executable.shell.run(
            [
                "-c", #"cat "$1" | "$2" learn "$3" bell /dev/stdin --labels "$4""#, "sh", file, Executable.tacit.path,
                model.path, piped,
            ])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        #expect(try bytes(piped) == bytes(labels))
    }

    /// So does standard input, whatever it is an example of, once.
    @Test func standardInputIsAsGoodAsAFile() throws {
        let wave = WaveFile.bytes(noise(1), rate: UInt32(golden.sampleRate))
        let file = try folder.write("a.wav", wave)
        let piped = folder.path("piped.labels")
        func learnFrom(_ input: [UInt8], _ task: [String]) throws -> Executable.Outcome {
            try Executable.tacit.run(["learn", model.path] + task + ["--labels", piped], input: input)
        }
        for task in [["bell"], ["--not", "bell"], ["--background"]] {
            try learn(task + [file])
            let outcome = try learnFrom(wave, task + ["-"])
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(task) \(outcome.standardError)")
            #expect(try bytes(piped) == bytes(labels))
        }
        let broken = try learnFrom(Array("no sound at all, whoever reads it".utf8), ["bell", "-"])
        #expect(broken.status == 65 && broken.errorLines.count == 1)
        #expect(broken.standardError.hasPrefix("tacit: standard input: "))
        let twice = try learnFrom(wave, ["bell", "-", file, "-"])
        #expect(twice.status == 64 && twice.standardError.contains("'-' is standard input, which can be read once"))
        #expect(try bytes(piped) == bytes(labels))
    }

    /// Examples may take long to come: whoever else teaches does not wait for them, and what both teach stays.
    @Test func nobodyWaitsForAnothersExamples() throws {
        let (first, other) = (try sound("a.wav", noise(1)), try sound("b.wav", noise(2)))
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let run = try LiveRun(.tacit, ["learn", model.path, "bell", first, "-", "--labels", labels], input: ends[0])
        close(ends[0])
        // It is at its examples, of which the second is still to come.
        #expect(run.readLine()?.hasPrefix("\(first)  would have been") == true)
        let outcome = try Executable.tacit.run(
            ["learn", model.path, "horn", other, "--labels", labels], limit: 60)
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let wave = WaveFile.bytes(noise(3), rate: UInt32(golden.sampleRate))
        #expect(wave.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } == wave.count)
        close(ends[1])
        #expect(run.finish() == 0 && run.standardError.isEmpty)
        let list = try learn(["--list"]).outputLines
        #expect(list.map { $0.prefix { $0 != "," } } == ["horn  1 example", "bell  2 examples"])
    }

    @Test(.enabled(if: FFmpeg.isThere, "ffmpeg is not installed"))
    func whatIsLostOfAnExampleIsTold() throws {
        let whole = try sound("a.wav", Sounds.glide(samples: golden.sampleRate * 6))
        let path = folder.path("a.flac")
        #expect(FFmpeg.convert(whole, ["-c:a", "flac"], to: path))
        var content = [UInt8](try bytes(path))
        content[content.count / 2] ^= 0x40
        let outcome = try learn(["bell", try folder.write("d.flac", content)])
        #expect(outcome.errorLines.count == 1 && outcome.standardError.contains("d.flac: damaged: "))
    }

    /// The first ten minutes of an example count, which is told; of a background all of it.
    @Test func longSounds() throws {
        let quiet = [Int16](repeating: 3, count: 601 * golden.sampleRate)
        let loud = noise(5, samples: 1200)
        let outcome = try learn(["bell", try sound("late.wav", quiet + loud)])
        #expect(
            outcome.errorLines == [
                "tacit: \(folder.path("late.wav")): only its first 600 s count: cut out what is meant"
            ])
        let exact = try sound("exact.wav", Array(quiet.prefix(600 * golden.sampleRate)))
        #expect(try learn(["exact", exact]).errors.isEmpty)
        // What lies behind ten minutes makes another background than silence does.
        let night = folder.path("night.labels")
        let still = folder.path("still.labels")
        let minute = noise(6, samples: 60 * golden.sampleRate)
        let hum = (0..<16).flatMap { _ in minute }
        try learn(["--background", try sound("night.wav", quiet + hum)], file: night)
        try learn(["--background", try sound("still.wav", quiet + Array(quiet.prefix(1000)))], file: still)
        #expect(try bytes(night) != bytes(still))
        #expect(try learn(["--list"], file: night).standardOutput == learn(["--list"], file: still).standardOutput)
    }

    /// Taught by silence, a label would be said of it. A place may be silent.
    @Test func silenceIsNoExample() throws {
        let rate = UInt32(golden.sampleRate)
        let good = try sound("a.wav", noise(1))
        let silent = try sound("silent.wav", [Int16](repeating: 0, count: 800))
        let cancelled = try folder.write(
            "cancelled.wav", WaveFile.bytes(noise(2).flatMap { [$0, -$0] }, rate: rate, channels: 2))
        let short = try sound("short.wav", noise(3, samples: golden.sampleRate / 250))
        for (path, word) in [(silent, "silent ("), (cancelled, "silent ("), (short, "too short (4 ms)")] {
            for task in [["bell"], ["--not", golden.labels[0]]] {
                let outcome = try learn(task + [path], status: 65)
                #expect(outcome.errorLines.count == 1 && outcome.output.isEmpty)
                #expect(outcome.standardError.hasPrefix("tacit: \(path): \(word)"), "\(outcome.standardError)")
                #expect(outcome.standardError.contains("no example of anything"))
            }
        }
        #expect(!FileManager.default.fileExists(atPath: labels))
        try learn(["bell", silent, good], status: 65)
        #expect(try learn(["--list"]).outputLines.count == 1)
        #expect(try learn(["--background", silent]).errors.isEmpty)
    }

    /// What is said of a file later holds.
    @Test func theSameFileAgain() throws {
        let (first, second) = (try sound("a.wav", noise(1)), try sound("b.wav", noise(2)))
        try learn(["bell", first, second, "--no-clips"])
        let json = try learn(["bell", second, "--json"])
        #expect(json.outputLines.count == 1 && json.standardOutput.contains("\"examples\":2,\"corrections\":0"))
        #expect(json.errorLines == ["tacit: \(second)  was an example of bell already, and has its clip now"])
        let corrected = try learn(["--not", "bell", second]).outputLines
        #expect(corrected.contains("\(second)  is no example of bell any more"))
        #expect(try learn(["--list", "--json"]).standardOutput.contains("\"examples\":1,\"corrections\":1"))
        try learn(["bell", second])
        #expect(try learn(["--list", "--json"]).standardOutput.contains("\"examples\":2,\"corrections\":0"))
        let last = try learn(["--not", "bell", first, second]).outputLines
        #expect(last.contains("bell  has no example left, and is forgotten"))
        #expect(try learn(["--list"]).outputLines.isEmpty)
    }

    /// `--no-clips` goes for what is given away and taken over as well.
    @Test func noClipsGoAlong() throws {
        try learn(["bell", try sound("a.wav", noise(1)), try sound("b.wav", noise(2))])
        let (whole, bare, taken) = (folder.path("w.labels"), folder.path("b.labels"), folder.path("t.labels"))
        try learn(["--export", whole])
        try learn(["--export", bare, "--no-clips"])
        try learn(["--import", whole, "--no-clips"], file: taken)
        let clips = 2 * 2 * 800
        #expect(try bytes(whole).count - bytes(bare).count >= clips)
        #expect(try bytes(whole).count - bytes(taken).count >= clips)
        // What is learned is the same.
        let heard = try [whole, bare, taken].map { file in
            try Executable.tacit.run(
                ["classify", model.path, folder.path("a.wav"), "--json", "--logits", "--labels", file]
            ).outputLines.map(withoutClocks)
        }
        #expect(heard[0] == heard[1] && heard[0] == heard[2] && heard[0].count == 1)
    }

    /// What is known of a place is listed, and can be forgotten.
    @Test func theBackgroundIsListedAndForgotten() throws {
        try learn(["bell", try sound("a.wav", noise(1))])
        let before = try bytes(labels)
        try learn(["--background", try sound("b.wav", noise(2))])
        #expect(try learn(["--list"]).outputLines == ["bell  1 example, 0 corrections", "background: 1 example"])
        // Whoever reads a line a label goes on to.
        #expect(try learn(["--list", "--json"]).outputLines.count == 1)
        let line = try learn(["--list", "--background", "--json"]).outputLines.last
        #expect(line == #"{"background":1,"clips":1,"held_back":[]}"#)
        #expect(try learn(["--forget-background"]).outputLines.count == 1)
        #expect(try bytes(labels) == before)
        try learn(["--forget-background"], status: 64)
        for task in [["--list"], ["--renew"], ["--forget", "bell"], ["--rename", "bell", "horn"]] {
            let outcome = try learn(task + ["--no-clips"], status: 64)
            #expect(outcome.standardError.contains("--no-clips is for examples"))
        }
    }

    /// What keeps labels from being taught to another model is named, and what helps; teaching the same again does.
    @Test func whatLacksClipsIsNamed() throws {
        let other = try ConvertedModel(GoldenCase(name: "llama-learned"))
        let (first, second) = (try sound("a.wav", noise(1)), try sound("b.wav", noise(2)))
        try learn(["bell", first])
        try learn(["bell", second, "--no-clips"])
        try learn(["--background", try sound("c.wav", noise(3)), "--no-clips"])
        let words = "2 examples have no clip that this model could be taught by (the background: 1 of 1; bell: 1 of 2)"
        let outcome = try learn(["--renew"], model: other.path, status: 65)
        #expect(outcome.errorLines.count == 1 && outcome.standardError.contains(words), "\(outcome.standardError)")
        let classified = try Executable.tacit.run(["classify", other.path, first, "--labels", labels])
        #expect(classified.status == 65 && !classified.standardError.contains("--renew"))
        try learn(["bell", second])
        try learn(["--forget-background"])
        try learn(["--renew"], model: other.path)
    }

    @Test(arguments: ["be\u{200b}ll", "\u{feff}bell", "\u{202e}llab", "\u{2067}bell", "be\u{2028}ll", "be\u{2029}ll"])
    func namesWithSignsThatAreNotSeen(name: String) throws {
        let file = try sound("a.wav", noise(1))
        #expect(try learn([name, file], status: 64).errorLines.first?.contains("signs that are not seen") == true)
        try learn(["bell", file])
        try learn(["--rename", "bell", name], status: 64)
    }

    @Test(arguments: [" ", "bell ", " bell", "\u{2003}bell"])
    func namesWithBlanksAround(name: String) throws {
        let file = try sound("a.wav", noise(1))
        let outcome = try learn([name, file], status: 64)
        #expect(outcome.errorLines.first?.contains("neither begins nor ends with a blank") == true)
        try learn(["bell", file])
        try learn(["--rename", "bell", name], status: 64)
    }

    /// Files of lines take no other file's place, whatever it holds.
    @Test func whatHoldsNoTextIsNotWrittenTo() throws {
        let file = try sound("a.wav", noise(1, samples: 40_000))
        try learn(["bell", file])
        for path in [model.path, labels, file] {
            let before = try bytes(path)
            for pace in [[], ["--realtime"]] {
                let outcome = try Executable.tacit.run(
                    ["listen", model.path, "--input", file, "--labels", labels, "--to", "jsonl:\(path)"] + pace)
                #expect(outcome.status == 73 && outcome.errorLines.count == 1)
                #expect(outcome.standardError.contains("\(path): is there and no text: "))
            }
            #expect(try bytes(path) == before)
        }
        let text = try folder.write("lines.jsonl", Array("{\"old\":\"\u{e4}\\t\"}\n".utf8))
        #expect(
            try Executable.tacit.run(["listen", model.path, "--input", file, "--to", "jsonl:\(text)"]).status == 0)
        #expect(try bytes(text).starts(with: Array("{\"old\"".utf8)))
    }

    /// Another's labels file stays another's when an administrator changes it.
    @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
    func theOwnerIsKept() throws {
        let file = try sound("a.wav", noise(1))
        try learn(["bell", file])
        #expect(chown(labels, 65534, 65533) == 0 && chmod(labels, 0o600) == 0)
        try learn(["horn", file])
        var status = stat()
        #expect(stat(labels, &status) == 0)
        #expect(status.st_uid == 65534 && status.st_gid == 65533 && status.st_mode & 0o7777 == 0o600)
    }

    /// The remedy can be pasted as it stands.
    @Test func theRemedyIsQuoted() throws {
        let other = try ConvertedModel(GoldenCase(name: "llama-learned"))
        let file = folder.path("my l.labels")
        try learn(["bell", try sound("a.wav", noise(1))], file: file)
        let outcome = try Executable.tacit.run(["classify", other.path, folder.path("a.wav"), "--labels", file])
        #expect(outcome.status == 65)
        #expect(outcome.standardError.contains("--renew --labels '\(file)'`"))
        try learn(["bare", folder.path("a.wav"), "--no-clips"], file: folder.path("bare.labels"))
        let bare = try Executable.tacit.run(
            ["classify", other.path, folder.path("a.wav"), "--labels", folder.path("bare.labels")])
        #expect(bare.status == 65 && !bare.standardError.contains("--renew"))
    }

    /// As somebody does who adds a recording and names them all.
    @Test func whatIsTaughtTwiceIsComputedOnce() throws {
        let files = try (1..<4).map { try sound("\($0).wav", noise(UInt64($0))) }
        func answer() throws -> String {
            let outcome = try Executable.tacit.run(
                ["classify", model.path, files[0], "--labels", labels, "--json", "--logits", "--top", "0"])
            return try #require(outcome.standardOutput.split(separator: ",\"inference_ms\"").first.map(String.init))
        }
        try learn(["bell"] + files)
        let once = try answer()
        let again = try learn(["bell"] + files + [files[0]])
        #expect(again.standardOutput.contains("bell  7 examples, "))
        #expect(try answer() == once)
    }

    /// Said before they are computed.
    @Test func moreFilesThanALabelHasExamples() throws {
        let file = try sound("a.wav", noise(1))
        let outcome = try tried(["bell"] + [String](repeating: file, count: 257))
        #expect(outcome.status == 64 && outcome.output.isEmpty && outcome.errorLines.count == 1)
        #expect(outcome.standardError.contains("257 files, expected at most 256"), "\(outcome.standardError)")
        #expect(!FileManager.default.fileExists(atPath: labels))
    }
}
