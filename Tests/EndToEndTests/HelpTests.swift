import TacitTestSupport
import Testing

/// What `--help` shows, and in which order.
@Suite struct HelpTests {
    private func help(_ command: String) throws -> [String] {
        let outcome = try Executable.tacit.run([command, "--help"])
        #expect(outcome.status == 0)
        return outcome.outputLines
    }

    /// What everyone needs stands before certificates of brokers.
    @Test(arguments: ["listen", "watch"])
    func commonFlagsComeFirst(command: String) throws {
        let headings = try help(command).filter { $0.hasSuffix(":") && $0 == $0.uppercased() }
        let expected = [
            "ARGUMENTS:", "INPUT:", "LABELS:", "EVENTS:", "OUTPUT:", "THE PAGE:", "MQTT:", "CLIPS:", "COMMANDS:",
            "FILES OF LINES:", "OPTIONS:",
        ]
        #expect(headings == expected)
    }

    /// A stream's words can be given to it as they are, and what doesn't matter to it isn't explained.
    @Test func theDoctorShowsWhatItReads() throws {
        let lines = try help("doctor")
        func shows(_ flag: String) -> Bool { lines.contains { $0.hasPrefix("  \(flag) ") } }
        for flag in ["--device", "--to", "--http-token-file", "--mqtt-ca-file", "--mqtt-commands", "--clip-reserve"] {
            #expect(shows(flag), "\(flag)")
        }
        for flag in [
            "--name", "--require-sinks", "--http-name", "--mqtt-discovery", "--clip-before", "--clip-bytes",
            "--exec-most", "--rotate-daily",
        ] {
            #expect(!shows(flag), "\(flag)")
        }
        let folder = try TemporaryFolder()
        let outcome = try Executable.tacit.run([
            "doctor", "--root", folder.path, "--name", "x", "--to", "jsonl:\(folder.path)/lines", "--rotate-daily",
            "--to", "clips:\(folder.path)", "--clip-before", "1", "--require-sinks", "--to", "exec:true", "--exec-most",
            "1",
        ])
        #expect(outcome.status != 64 && outcome.errors.isEmpty, "\(outcome.standardError)")
    }
}
