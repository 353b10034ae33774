import Foundation
import TacitMedia
import TacitTestSupport
import Testing

/// `--to clips:`: what events are about, kept.
@Suite struct ClipSinkTests {
    private let listening: EventfulListening
    private var folder: TemporaryFolder { listening.folder }
    private var clips: String { folder.path("clips") }

    init() throws { listening = try EventfulListening() }

    private struct Description: Decodable {
        struct Off: Decodable {
            let id: String
            let time: Double
        }

        let clip: String
        let label: String
        let id: String
        let time: Double
        let span: [Double]
        let cut: Bool
        let off: Off?
    }

    private func names(_ suffix: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: clips)) ?? []).filter { $0.hasSuffix(suffix) }.sorted()
    }

    private func description(of clip: String) throws -> Description {
        let path = "\(clips)/\(clip.replacing(".flac", with: ".json"))"
        return try JSONDecoder().decode(Description.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func samples(of clip: String) throws -> [Int16] {
        let outcome = try Executable(path: "/usr/bin/env").run(
            ["ffmpeg", "-v", "error", "-i", "\(clips)/\(clip)", "-f", "s16le", "-"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        return stride(from: 0, to: outcome.output.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(outcome.output[$0]) | UInt16(outcome.output[$0 + 1]) << 8)
        }
    }

    /// Every clip that is there is whole: FFmpeg reads it without a word, and its description agrees.
    private func expectWholeClips() throws {
        #expect(names(".part").isEmpty)
        for clip in names(".flac") {
            let description = try description(of: clip)
            #expect(description.clip == clip)
            let count = try samples(of: clip).count
            #expect(count == Int(((description.span[1] - description.span[0]) * Double(listening.rate)).rounded()))
        }
    }

    /// Whether the sound ends before the event did, however fast it was heard.
    @Test(arguments: [[], ["--realtime"]])
    func whatIsCutIsSaid(pace: [String]) throws {
        let outcome = try listening.run(
            pace + ["--to", "clips:\(clips)", "--clip-reserve", "0", "--clip-longest", "1", "--clip-before", "0.9"]
                + ["--clip-after", "0"])
        #expect(outcome.status == 0)
        let clips = try names(".flac").map(description)
        #expect(!clips.isEmpty)
        for clip in clips {
            // Without an end it was whole before the event was over.
            let isShort = clip.off.map { clip.span[1] < $0.time - 1 / Double(listening.rate) } ?? true
            #expect(clip.cut == isShort, "\(clip)")
        }
    }

    /// A pipe of that name is nothing that was left unfinished.
    @Test func aPipeAmongTheClips() throws {
        try FileManager.default.createDirectory(atPath: clips, withIntermediateDirectories: true)
        #expect(mkfifo("\(clips)/20260131T235959.123Z-dog-9f3ac2d1-17.flac.part", 0o600) == 0)
        #expect(try listening.run(["--to", "clips:\(clips)", "--clip-reserve", "0"]).status == 0)
        #expect(!names(".flac").isEmpty)
    }

    @Test func theSoundOfEachEventToTheSample() throws {
        let original = WaveFile.samples(of: Array(try Data(contentsOf: URL(fileURLWithPath: listening.sound))))
        let outcome = try listening.run(
            [
                "--to", "clips:\(clips)", "--to", "stdout", "--clip-before", "0.25", "--clip-after", "0.5",
                "--clip-reserve", "0",
            ])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let events = outcome.outputLines.filter { $0.contains(#""type":"event""#) }
        let ons = events.filter { $0.contains(#""state":"on""#) }
        // Both events of a pair lead to the one clip.
        for event in events { #expect(event.contains(#""clip":""#)) }
        #expect(names(".flac").count == ons.count && names(".json").count == ons.count && ons.count > 5)
        for clip in names(".flac") {
            let description = try description(of: clip)
            let on = try #require(ons.first { $0.contains("\"id\":\"\(description.id)\"") })
            #expect(on.contains("\"clip\":\"\(clip)\""))
            #expect(abs(description.span[0] - max(0, description.time - 0.25)) < 1e-4)
            let off = try #require(description.off)
            let end = min(off.time + 0.5, Double(original.count) / Double(listening.rate))
            #expect(abs(description.span[1] - end) < 1e-4)
            let first = Int((description.span[0] * Double(listening.rate)).rounded())
            let found = try samples(of: clip)
            #expect(found == Array(original[first..<(first + found.count)]))
        }
        try expectWholeClips()
    }

    @Test func namesAreSafeWhateverTheLabelSays() throws {
        let golden = try GoldenCase(name: "gpt2-sliding")
        let names = ["../../x", "a/b\n", "...", "A/B ", "\u{1f415}"]
        let hostile = try ConvertedModel(golden, labels: names)
        let outcome = try Executable.tacit.run(
            ["listen", hostile.path, "--input", listening.sound, "--json", "--hop", "\(listening.stride)"]
                + ["--threshold", "0.1", "--to", "clips:\(clips)", "--clip-reserve", "0"])
        #expect(outcome.status == 0)
        let found = self.names("")
        #expect(!found.isEmpty)
        for name in found {
            #expect(
                name.wholeMatch(of: /[0-9]{8}T[0-9]{6}\.[0-9]{3}Z-[a-z0-9_-]+-[0-9a-f]{8}-[0-9]+\.(flac|json)/) != nil)
        }
        try expectWholeClips()
    }

    @Test func theOldestMakeWayAndNothingElseDoes() throws {
        try FileManager.default.createDirectory(atPath: clips, withIntermediateDirectories: false)
        for name in ["mine.flac", "20200101T000000.000Z.flac", "readme", "20200101T000000.000Z-a-0123456x-1.flac"] {
            try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(clips)/\(name)"))
        }
        for name in [
            "20200101T000000.000Z-a-01234567-1.flac", "20200101T000000.000Z-a-01234567-1.json",
            "20200101T000000.000Z-a-01234567-2.flac.part",
        ] {
            try Data("old".utf8).write(to: URL(fileURLWithPath: "\(clips)/\(name)"))
        }
        let outcome = try listening.run(
            ["--to", "clips:\(clips)", "--to", "stdout", "--clip-count", "3", "--clip-reserve", "0"])
        #expect(outcome.status == 0)
        let kept = names(".flac").filter { $0 > "2021" && $0.first == "2" }
        #expect(kept.count == 3)
        #expect(names("").count == 4 + 6)
        let ons = outcome.outputLines.filter { $0.contains(#""state":"on""#) }
        let told = ons.compactMap { $0.firstMatch(of: /"clip":"([^"]*)"/).map { String($0.output.1) } }
        // Those that are kept are the last that were begun.
        #expect(Set(kept).isSubset(of: Set(told)))
    }

    /// What is smaller than a clip leaves room for none, and that is said of each.
    @Test func limitsThatNoClipIsWithin() throws {
        let outcome = try listening.run(
            ["--to", "clips:\(clips)", "--to", "stdout", "--clip-bytes", "500", "--clip-reserve", "0"])
        #expect(outcome.status == 0)
        #expect(names("").isEmpty)
        let said = outcome.errorLines.filter { $0.contains(" has no clip: the folder's limits leave no room for it") }
        #expect(!said.isEmpty, "\(outcome.standardError)")
        #expect(said.allSatisfy { $0.contains("clips: event ") })
    }

    /// A small disk that fills up: what is there is whole, the rest is said, and the stream goes on.
    @Test(arguments: ["0", "200K"])
    func aFullDisk(reserve: String) throws {
        try FileManager.default.createDirectory(atPath: clips, withIntermediateDirectories: false)
        guard try Executable(path: "/bin/mount").run(["-t", "tmpfs", "-o", "size=400k", "none", clips]).status == 0
        else {
            return
        }
        defer { _ = try? Executable(path: "/bin/umount").run([clips]) }
        let filler = "\(clips)/filler"
        try Data(count: 150_000).write(to: URL(fileURLWithPath: filler))
        let outcome = try listening.run(
            ["--to", "clips:\(clips)", "--to", "stdout", "--clip-reserve", reserve, "--clip-before", "3"])
        #expect(outcome.status == 0)
        try expectPairs(outcome.outputLines)
        try expectWholeClips()
        var status = statvfs()
        #expect(statvfs(clips, &status) == 0)
        if reserve == "200K" { #expect(Int(status.f_bavail) * Int(status.f_frsize) > 190_000) }
        #expect(FileManager.default.fileExists(atPath: filler))
    }

    /// A limit on the size of files is an error of `write`, as a full disk is.
    @Test func aFileThatMayNotGrow() throws {
        let outcome = try Executable.shell.run(
            ["-c", #"ulimit -f 1; exec "$0" "$@""#, Executable.tacit.path]
                + listening.arguments(["--to", "clips:\(clips)", "--clip-before", "3", "--clip-reserve", "0"]))
        #expect(outcome.status == 0)
        #expect(outcome.standardError.contains("has no clip"))
        try expectWholeClips()
    }

    @Test(arguments: 0..<12)
    func theEndAtAnyMoment(step: Int) throws {
        let run = try LiveRun(
            .tacit,
            listening.arguments(
                ["--realtime", "--to", "clips:\(clips)", "--to", "stdout", "--clip-reserve", "0", "--clip-before", "1"])
        )
        var lines: [String] = []
        while let line = run.readLine() {
            lines.append(line)
            if line.contains(#""state":"on""#) { break }
        }
        usleep(UInt32(step * 37_000))
        run.send(signal: SIGTERM)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        try expectPairs(lines)
        try expectWholeClips()
        // What was told of has been kept: there was time enough.
        let told = Set(lines.compactMap { $0.firstMatch(of: /"clip":"([^"]*)"/).map { String($0.output.1) } })
        #expect(told == Set(names(".flac")))
    }

    @Test func killedInTheMidstLeavesNothingHalf() throws {
        let run = try LiveRun(
            .tacit,
            listening.arguments(["--realtime", "--to", "clips:\(clips)", "--to", "stdout", "--clip-reserve", "0"]))
        while let line = run.readLine() { if line.contains(#""state":"on""#) { break } }
        #expect(waitUntil { !names(".part").isEmpty })
        run.send(signal: SIGKILL)
        _ = run.finish()
        for clip in names(".flac") { _ = try samples(of: clip) }
        // The next one clears up.
        #expect(try listening.run(["--to", "clips:\(clips)", "--clip-reserve", "0"]).status == 0)
        try expectWholeClips()
    }

    /// Moved away, or removed as well: what was begun ends where it was, what comes next lies where the path leads.
    @Test(arguments: [false, true])
    func aFolderThatGoesWhileItRuns(isRemoved: Bool) throws {
        // With pauses, in which no clip is being written.
        let listening = try EventfulListening(seconds: 12)
        let clips = listening.folder.path("clips")
        let run = try LiveRun(
            .tacit,
            listening.arguments(
                [
                    "--realtime", "--to", "clips:\(clips)", "--to", "stdout", "--clip-reserve", "0", "--clip-longest",
                    "1",
                    "--clip-before", "0.1", "--clip-after", "0", "--only", try Self.rarest(listening),
                ]))
        while let line = run.readLine() { if line.contains(#""state":"on""#) { break } }
        // Its clip is begun.
        #expect(waitUntil { (try? FileManager.default.contentsOfDirectory(atPath: clips))?.isEmpty == false })
        let moved = "\(clips).old"
        try FileManager.default.moveItem(atPath: clips, toPath: moved)
        // What is being written there may keep it for a moment.
        if isRemoved {
            #expect(
                waitUntil {
                    try? FileManager.default.removeItem(atPath: moved)
                    return !FileManager.default.fileExists(atPath: moved)
                })
        }
        var told: Set<String> = []
        while let line = run.readLine() {
            guard line.contains(#""state":"on""#), let clip = line.firstMatch(of: /"clip":"([^"]*)"/) else { continue }
            told.insert(String(clip.output.1))
        }
        #expect(run.finish() == 0)
        let old = isRemoved ? [] : try FileManager.default.contentsOfDirectory(atPath: moved)
        #expect(!old.contains { $0.hasSuffix(".part") })
        let new = try FileManager.default.contentsOfDirectory(atPath: clips)
        #expect(!new.contains { $0.hasSuffix(".part") })
        #expect(told.count > 1 && new.contains { $0.hasSuffix(".flac") })
        // A clip that was begun in a folder that was removed is gone with it.
        let missing = told.subtracting(new).subtracting(old)
        #expect(missing.count <= (isRemoved ? 1 : 0), "\(missing)")
    }

    /// Of the labels that turn on at least three times, the one that is on for the shortest time.
    private static func rarest(_ listening: EventfulListening) throws -> String {
        struct Event: Decodable {
            let type: String
            let label: String?
            let state: String?
            let time: Double?
        }
        let events = try listening.run([]).outputLines.map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) }
            .filter { $0.type == "event" }
        var seconds: [String: Double] = [:]
        var count: [String: Int] = [:]
        for event in events {
            guard let label = event.label, let time = event.time else { continue }
            seconds[label, default: 0] += event.state == "on" ? -time : time
            count[label, default: 0] += event.state == "on" ? 1 : 0
        }
        return try #require(seconds.filter { count[$0.key] ?? 0 > 2 }.min { $0.value < $1.value }?.key)
    }

    @Test func whereNoClipsCanBe() throws {
        #expect(try listening.run(["--to", "clips:\(folder.path("none/clips"))"]).status == 73)
        try folder.write("file", "x".utf8)
        let outcome = try listening.run(["--to", "clips:\(folder.path("file"))"])
        #expect(outcome.status == 73 && outcome.errorLines.count == 1)
        let twice = try listening.run(["--to", "clips:\(clips)", "--to", "clips:\(clips)2"])
        #expect(twice.status == 64)
    }

    /// Of each event the whole picture that turned it on, not only what the model saw of it.
    @Test func thePictureOfEachEvent() throws {
        let golden = try GoldenImages(name: "llama-full-hidden")
        let model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        var random = RandomNumbers(seed: 1)
        let frame = (0..<(240 * 180 * 3)).map { _ in UInt8.random(in: 90...160, using: &random) }
        let outcome = try Executable.tacit.run(
            ["watch", model.path, "--json", "--input", "-", "--size", "240x180", "--format", "rgb24", "--rate", "10"]
                + ["--threshold", "0.05", "--to", "stdout", "--to", "clips:\(clips)", "--clip-reserve", "0"],
            input: frame + frame)
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let ons = outcome.outputLines.filter { $0.contains(#""state":"on""#) }
        let told = ons.compactMap { $0.firstMatch(of: /"clip":"([^"]*)"/).map { String($0.output.1) } }
        #expect(!ons.isEmpty && told.count == ons.count)
        #expect(names(".jpg") == told.sorted() && names(".json").count == ons.count)
        let picture = try Executable(path: "/usr/bin/env").run(
            ["ffmpeg", "-v", "error", "-i", "\(clips)/\(told[0])", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        #expect(picture.output.count == frame.count)
        let difference = zip(picture.output, frame).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        // JPEG keeps noise badly; another picture would be 23 away.
        #expect(Double(difference) / Double(frame.count) < 18)
    }
}
