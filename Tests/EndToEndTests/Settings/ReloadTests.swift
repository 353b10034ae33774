import Foundation
import TacitTestSupport
import Testing

/// SIGHUP: what stays the same goes on, sample by sample; what has changed ends in order and begins anew.
@Suite struct ReloadTests {
    private let inputs: SeveralInputs

    init() throws { inputs = try SeveralInputs() }

    private func settings(other: String, comment: String = "") -> String {
        let common: SeveralInputs.Keys = inputs.firstKeys.filter { $0.key != "input" }
        return comment + SeveralInputs.table("kept", inputs.first.path, common + [("input", "-"), ("raw", "true")])
            + other
    }

    /// A program that delivers a sound, and then nothing any more.
    private func other(logits: Bool) throws -> String {
        let raw = try inputs.folder.write("a.raw", Sounds.raw(inputs.samples))
        let common: SeveralInputs.Keys = inputs.firstKeys.filter { $0.key != "input" }
        return SeveralInputs.table(
            "other", inputs.first.path,
            common + [
                ("command", "sh -c 'cat \(raw); exec sleep 1000'"), ("command-silence", "86400"), ("raw", "true"),
            ] + (logits ? [("logits", "true")] : []))
    }

    /// What was refused with one password is told with another.
    @Test(.enabled(if: Mosquitto.isThere, "no broker is installed"))
    func aCorrectedPasswordIsTakenOver() throws {
        let folder = inputs.folder
        let broker = try Mosquitto.withPassword(in: folder)
        try broker.start()
        let (wrong, right) = (try folder.write("wrong", "guess".utf8), try folder.write("right", "secret".utf8))
        func settings(_ password: String) throws -> String {
            try other(logits: false) + "[[sink]]\nname = \"house\"\nto = \"mqtt://me@\(broker.address)/here\"\n"
                + "mqtt-password-file = \"\(password)\"\n"
        }
        let path = try inputs.write(settings(wrong))
        let run = try LiveRun(.tacit, ["run", path])
        #expect(waitUntil { run.standardError.lowercased().contains("refused") }, "\(run.standardError)")
        try inputs.write(settings(right))
        run.send(signal: SIGHUP)
        let listener = try LiveRun(
            Executable(path: "/usr/bin/mosquitto_sub"),
            ["-h", "127.0.0.1", "-p", "\(broker.port)", "-u", "me", "-P", "secret", "-t", "here/available", "-C", "1"])
        #expect(listener.readLine() == "online", "\(run.standardError)")
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
    }

    @Test func nothingOfWhatStaysIsLost() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let path = try inputs.write(settings(other: other(logits: false)))
        let run = try LiveRun(.tacit, ["run", path, "--json"], input: ends[0])
        close(ends[0])
        let bytes = Sounds.raw(inputs.samples)
        var sent = 0
        func send(until part: Double) {
            let limit = Int(Double(bytes.count) * part) & ~1
            _ = bytes[sent..<limit].withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
            sent = limit
        }
        var lines: [String] = []
        var count: [String: Int] = [:]
        /// Until a line of an input is what it should be, each looked at once.
        func read(_ source: String, until isEnough: (String) -> Bool) throws {
            while true {
                let line = try #require(run.readLine(), "\(run.standardError)")
                lines.append(line)
                let own = try #require(SourceLines.source(of: line))
                count[own, default: 0] += 1
                if own == source, isEnough(line) { return }
            }
        }

        send(until: 0.5)
        try read("other") { $0.contains(#""state":"on""#) }
        while count["kept", default: 0] < 4 { try read("kept") { _ in true } }

        // A broken file: one line, and all goes on.
        try inputs.write(settings(other: "[[input]]\nname = \"x\"\ntop = \"y\"\n"))
        run.send(signal: SIGHUP)
        #expect(waitUntil { run.standardError.contains("the settings stay as they were") })
        #expect(run.standardError.contains("settings.toml:"))
        #expect(run.standardError.contains("top: expected a whole number"))

        // The same again, in other words.
        try inputs.write(settings(other: other(logits: false), comment: "# A comment.\n\n"))
        run.send(signal: SIGHUP)
        #expect(waitUntil { run.standardError.contains("2 go on, 0 ended, 0 began") }, "\(run.standardError)")

        // One has changed: it ends in order and begins anew.
        try inputs.write(settings(other: other(logits: true)))
        run.send(signal: SIGHUP)
        #expect(waitUntil { run.standardError.contains("1 go on, 1 ended, 1 began") }, "\(run.standardError)")
        send(until: 1)
        close(ends[1])
        try read("other") { $0.contains(#""logits":["#) }
        // It is over with its input; the other one is still there.
        let alone = try Executable.tacit.run(
            ["listen", inputs.first.path, "--input", "-", "--raw", "--json"]
                + inputs.firstKeys.filter { $0.key != "input" }.flatMap { ["--\($0.key)", $0.value] }, input: bytes)
        let expected = alone.outputLines.map(withoutClocks)
        while count["kept", default: 0] < expected.count { try read("kept") { _ in true } }
        run.send(signal: SIGTERM)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(SourceLines.own("kept", of: lines) == expected)
        try expectPairs(try ResultLine.lines(SourceLines.all("other", of: lines)))
    }

    @Test func inputsComeAndGo() throws {
        let file = try inputs.folder.write("b.raw", Sounds.raw(inputs.samples))
        func program(_ name: String) -> String {
            SeveralInputs.table(
                name, inputs.first.path,
                inputs.firstKeys.filter { $0.key != "input" } + [
                    ("command", "sh -c 'cat \(file); exec sleep 1000'"), ("command-silence", "86400"), ("raw", "true"),
                ])
        }
        let path = try inputs.write(program("a"))
        let run = try LiveRun(.tacit, ["run", path, "--json"])
        var lines: [String] = []
        /// Until each has said something, in whichever order.
        func read(_ sources: Set<String>) throws {
            var silent = sources
            while !silent.isEmpty {
                let line = try #require(run.readLine(), "\(run.standardError)")
                lines.append(line)
                if let source = SourceLines.source(of: line) { silent.remove(source) }
            }
        }
        try read(["a"])
        try inputs.write(program("b") + program("c"))
        run.send(signal: SIGHUP)
        try read(["b", "c"])
        // What is told of the reading may come after the first lines.
        #expect(waitUntil { run.standardError.contains("0 go on, 1 ended, 2 began") }, "\(run.standardError)")
        unlink(path)
        run.send(signal: SIGHUP)
        #expect(waitUntil { run.standardError.contains("No such file or directory; the settings stay as they were") })
        run.send(signal: SIGINT)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        for source in ["a", "b", "c"] { try expectPairs(try ResultLine.lines(SourceLines.all(source, of: lines))) }
    }

    /// What is said once of a device is said, however much others have to say: an output that nobody reads, and devices
    /// that are missed like it.
    @Test func eachDeviceIsHeardOf() throws {
        let common: SeveralInputs.Keys = inputs.firstKeys.filter { $0.key != "input" }
        let stay = try other(logits: true)
        let path = try inputs.write(stay)
        let run = try LiveRun(.tacit, ["run", path, "--json"])
        #expect(waitUntil { run.standardError.contains("read too slowly") }, "\(run.standardError)")
        let names = (0..<12).map { "absent\($0)" }
        try inputs.write(
            stay
                + names.map {
                    SeveralInputs.table($0, inputs.first.path, common + [("device", "hw:7"), ("wait", "inf")])
                }.joined())
        run.send(signal: SIGHUP)
        for name in names {
            #expect(
                waitUntil { run.standardError.contains("\(name): hw:7: no such microphone") }, "\(run.standardError)")
        }
        run.send(signal: SIGTERM)
        while run.readLine() != nil {}
        #expect(run.finish() == 0)
    }

    /// Devices that aren't there, waited for without an end, and a pipe to which nobody writes keep no other waiting.
    @Test func whatWaitsIsCalledOff() throws {
        let silent = inputs.folder.path("silent")
        try #require(mkfifo(silent, 0o600) == 0)
        let common: SeveralInputs.Keys = inputs.firstKeys.filter { $0.key != "input" }
        func absent(_ name: String) -> String {
            SeveralInputs.table(name, inputs.first.path, common + [("device", "hw:7"), ("wait", "inf")])
        }
        let stay = try other(logits: false) + absent("stays")
        let path = try inputs.write(
            stay + absent("leaves") + SeveralInputs.table("silent", inputs.first.path, common + [("input", silent)]))
        let run = try LiveRun(.tacit, ["run", path, "--json"])
        var lines: [String] = []
        var isOn = false
        while !isOn {
            let line = try #require(run.readLine(), "\(run.standardError)")
            lines.append(line)
            isOn = line.contains(#""state":"on""#)
        }
        for name in ["stays", "leaves"] {
            #expect(waitUntil { run.standardError.contains("\(name): ") }, "\(run.standardError)")
        }
        try inputs.write(stay)
        run.send(signal: SIGHUP)
        #expect(waitUntil { run.standardError.contains("2 go on, 2 ended, 0 began") }, "\(run.standardError)")
        #expect(!run.standardError.contains("does not end"), "\(run.standardError)")
        run.send(signal: SIGTERM)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(lines.allSatisfy { SourceLines.source(of: $0) == "other" })
        try expectPairs(try ResultLine.lines(SourceLines.all("other", of: lines)))
    }

    /// What was wrong may be put right outside the settings.
    @Test func whatFailedBeginsAnew() throws {
        let sound = inputs.folder.path("late.wav")
        let keys: SeveralInputs.Keys = inputs.firstKeys.filter { $0.key != "input" } + [("input", sound)]
        let path = try inputs.write(try other(logits: false) + SeveralInputs.table("late", inputs.first.path, keys))
        let run = try LiveRun(.tacit, ["run", path, "--json"])
        #expect(waitUntil { run.standardError.contains("late.wav: No such file") }, "\(run.standardError)")
        try inputs.folder.write("late.wav", WaveFile.bytes(inputs.samples, rate: UInt32(inputs.firstRate)))
        // Its line is written a moment before it is over.
        var asked = 0
        while !run.standardError.contains("1 began"), asked < 100 {
            asked += 1
            run.send(signal: SIGHUP)
            #expect(waitUntil { run.standardError.components(separatedBy: ": read again: ").count > asked })
        }
        #expect(run.standardError.contains("1 go on, 0 ended, 1 began"), "\(run.standardError)")
        let alone = try inputs.alone((name: "late", command: "listen", model: inputs.first.path, keys: keys))
        var lines: [String] = []
        while SourceLines.own("late", of: lines).count < alone.count {
            lines.append(try #require(run.readLine(), "\(run.standardError)"))
        }
        run.send(signal: SIGTERM)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(SourceLines.own("late", of: lines) == alone)
    }
}
