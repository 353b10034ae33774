import Foundation
import TacitTestSupport
import Testing

/// `tacit doctor` on machines that are laid out in a folder, each with one fault.
@Suite struct DoctorTests {
    /// A fault, how it is caused, and how it is to be told.
    struct Staged: CustomTestStringConvertible, Sendable {
        let fault: String
        let subject: String?
        let fix: String
        let status: Int32
        var arguments: [String] = []
        let stage: @Sendable (StagedMachine) throws -> Void

        var testDescription: String { "\(fault) \(subject ?? "")" }

        init(
            _ fault: String, _ subject: String?, _ fix: String, _ status: Int32, _ arguments: [String] = [],
            _ stage: @escaping @Sendable (StagedMachine) throws -> Void
        ) {
            self.fault = fault
            self.subject = subject
            self.fix = fix
            self.status = status
            self.arguments = arguments
            self.stage = stage
        }
    }

    private static let noCamera: @Sendable (StagedMachine) throws -> Void = { machine in
        try machine.remove("sys/class/video4linux")
        try machine.remove("sys/bus/usb/devices/1-1:1.0")
    }

    private static let noSound: @Sendable (StagedMachine) throws -> Void = { machine in
        try machine.write("proc/asound/cards", "--- no soundcards ---\n")
        try machine.write("proc/asound/pcm", "")
    }

    static let devices: [Staged] = [
        Staged("no-device", nil, "tacit devices", 69) {
            try noCamera($0)
            try noSound($0)
            try $0.remove("etc/systemd/system/tacit-listen.service")
        },
        Staged("no-microphone", nil, "tacit devices", 69, ["--device", "default"]) {
            try $0.calls(["microphone\tdefault\t2"])
            try noSound($0)
        },
        Staged("no-microphone", nil, "tacit devices", 69) {
            try $0.write("proc/asound/pcm", "01-00: HDMI : HDMI : playback 1\n")
        },
        Staged("only-dummy-sound", "hw:CARD=Dummy,DEV=0", "sudo modprobe -r snd-dummy", 69) {
            try $0.write("proc/asound/cards", " 1 [Dummy          ]: Dummy - Dummy\n                      Dummy 1\n")
        },
        Staged("no-sound-driver", "1-2:1.0", "sudo modprobe snd-usb-audio", 69) {
            try noSound($0)
            try $0.write("sys/bus/usb/devices/1-2:1.0/bInterfaceClass", "01\n")
        },
        Staged("no-sound-nodes", "/dev/snd/pcmC1D0c", "docker run --device /dev/snd IMAGE", 69) {
            try $0.remove("dev/snd")
        },
        Staged("microphone-forbidden", "/dev/snd/pcmC1D0c", "sudo usermod -aG audio pi", 69) {
            try noCamera($0)
            try $0.beUser(groups: [])
        },
        Staged("microphone-forbidden", "/dev/snd/pcmC1D0c", "sudo udevadm trigger --action=add /dev/snd/pcmC1D0c", 69) {
            try $0.node("dev/snd/pcmC1D0c", mode: 0o600)
        },
        Staged("group-not-in-force", "/dev/snd/pcmC1D0c", "newgrp audio", 69) {
            try $0.beUser(groups: [])
            try $0.nameGroup("audio", members: ["ann", "pi"])
            // Of the two that a login lacks, one is enough to be told.
            try noCamera($0)
        },
        Staged("microphone-busy", "hw:CARD=Device,DEV=0", "kill 77", 69) {
            try $0.write("proc/asound/card1/pcm0c/sub0/status", "state: RUNNING\nowner_pid   : 77\n")
            try $0.write("proc/77/comm", "arecord\n")
        },
        Staged("microphone-busy", "hw:CARD=Device,DEV=0", "kill 77", 69, ["--device", "plughw:1"]) {
            try $0.write("proc/asound/card1/pcm0c/sub0/status", "state: RUNNING\nowner_pid   : 77\n")
            try $0.write("proc/77/comm", "pipewire\n")
        },
        Staged(
            "microphone-formats", "hw:CARD=Device,DEV=0", "tacit listen --device plughw:CARD=Device,DEV=0", 69,
            ["--device", "hw:1"]
        ) { try $0.calls(["microphone\thw:1\tthe microphone has none of the formats S16_LE"]) },
        Staged("microphone-formats", "odd", "tacit devices", 69, ["--device", "odd"]) {
            try $0.calls(["microphone\todd\t300 channels, expected at most 256"])
        },
        Staged("microphone-muted", "hw:CARD=Device,DEV=0", "amixer -c 1 sset Mic cap", 69) {
            try $0.calls(["control\t1\tMic Capture Switch\t0", "control\t1\tMic Capture Volume\t20"])
        },
        Staged("microphone-muted", "hw:CARD=Device,DEV=0", "amixer -c 1 sset Mic 80% cap", 69) {
            try $0.calls(["control\t1\tMic Capture Switch\t1", "control\t1\tMic Capture Volume\t0"])
        },
        Staged("unknown-device", "hw:7", "tacit devices", 69, ["--device", "hw:7"]) { _ in },
        Staged("unknown-device", "nothing", "tacit devices", 69, ["--device", "nothing"]) {
            try $0.calls(["microphone\tnothing\t2"])
        },
        Staged("unknown-device", "/dev/video7", "tacit devices", 69, ["--device", "/dev/video7"]) { _ in },
        Staged("no-camera", nil, "tacit devices", 69) {
            try noCamera($0)
            try $0.write("usr/share/tacit/image.gguf", "")
            try $0.service([:], name: "tacit-watch")
        },
        Staged("no-video-driver", "1-1:1.0", "sudo modprobe uvcvideo", 69) {
            try $0.remove("sys/class/video4linux")
            try $0.remove("sys/bus/usb/devices/1-1:1.0/driver")
        },
        Staged("no-video-nodes", "/dev/video0", "docker run --device /dev/video0 IMAGE", 69) {
            try $0.remove("dev/video0")
        },
        Staged("camera-forbidden", "/dev/video0", "sudo usermod -aG video pi", 69) {
            try noSound($0)
            try $0.remove("etc/systemd/system/tacit-listen.service")
            try $0.beUser(groups: [])
            try $0.nameGroup("video", members: [])
        },
        Staged("group-not-in-force", "/dev/video0", "newgrp video", 69) {
            try noSound($0)
            try $0.remove("etc/systemd/system/tacit-listen.service")
            try $0.beUser(groups: [])
            try $0.nameGroup("video", members: ["pi"])
        },
        Staged("camera-busy", "/dev/video0", "kill 78", 69) {
            try $0.calls(["camera\t/dev/video0\tbusy"])
            try $0.write("proc/78/comm", "motion\n")
            try $0.link("proc/78/fd/5", "/dev/video0")
        },
        Staged(
            "camera-formats", "/dev/video0",
            "tacit watch --command 'ffmpeg -loglevel error -f v4l2 -i /dev/video0 -f mjpeg -'", 69
        ) { try $0.calls(["camera\t/dev/video0\tbare"]) },
        Staged("board-camera", "/dev/video0", "tacit watch --command 'rpicam-vid -t 0 -n --codec mjpeg -o -'", 69) {
            try $0.write("sys/class/video4linux/video0/name", "unicam-image\n")
            try $0.write("usr/bin/rpicam-vid", "")
        },
        Staged("board-camera", "/dev/video0", "sudo apt install rpicam-apps-lite", 69) {
            try $0.write("sys/class/video4linux/video0/name", "rp1-cfe-csi2_ch0\n")
        },
        Staged(
            "no-program", "no-such-camera", "sudo apt install no-such-camera", 69, ["--command", "no-such-camera -o -"]
        ) {
            _ in
        },
    ]

    static let others: [Staged] = [
        Staged("clock-wrong", nil, "sudo timedatectl set-ntp true", 78) { try $0.calls(["time\t1000000"]) },
        Staged("clock-free", nil, "sudo timedatectl set-ntp true", 78) {
            try $0.remove("run/systemd/timesync/synchronized")
            try $0.calls(["clock\tfree"])
        },
        Staged("service-failed", "tacit-listen.service", "journalctl -b -n 20 --no-pager -u tacit-listen.service", 78) {
            try $0.service([
                "ActiveState": "failed", "SubState": "failed", "Result": "exit-code", "ExecMainStatus": "65",
            ])
        },
        Staged("service-failed", "tacit-listen.service", "sudo systemd-sysusers", 78) {
            try $0.service(["ActiveState": "activating", "SubState": "auto-restart", "ExecMainStatus": "217"])
        },
        Staged("service-disabled", "tacit-listen.service", "sudo systemctl enable --now tacit-listen.service", 78) {
            try $0.service(["ActiveState": "inactive", "SubState": "dead", "UnitFileState": "disabled"])
        },
        Staged("service-stopped", "tacit-listen.service", "sudo systemctl start tacit-listen.service", 78) {
            try $0.service(["ActiveState": "inactive", "SubState": "dead"])
        },
        Staged("service-groups", "tacit-listen.service", "sudo usermod -aG audio tacit", 78) {
            try $0.service(["SupplementaryGroups": "", "Group": "tacit"])
        },
        Staged("service-program", "tacit-listen.service", "sudo install .build/release/tacit /usr/local/bin/tacit", 78)
        {
            try $0.remove("usr/local/bin/tacit")
        },
        Staged("service-changed", "tacit-listen.service", "sudo systemctl daemon-reload", 78) {
            try $0.service(["NeedDaemonReload": "yes"])
        },
        Staged(
            "no-model", "tacit-listen.service", "sudo install -D -m 644 models/sound.gguf /usr/share/tacit/sound.gguf",
            66
        ) {
            try $0.service(["ActiveState": "failed", "ExecMainStatus": "66"])
        },
        Staged("full-disk", "/", "sudo du -xhd 2 / | sort -h | tail", 73) {
            try $0.calls(["disk\t/\t1000000\t16000000000"])
        },
        Staged("under-voltage", nil, "vcgencmd get_throttled", 78) {
            try $0.write("sys/devices/platform/soc/soc:firmware/get_throttled", "50005\n")
        },
        Staged("throttled", nil, "vcgencmd measure_temp", 78) {
            try $0.write("sys/devices/platform/soc/soc:firmware/get_throttled", "0x80008\n")
        },
        Staged("hot", "thermal_zone0", "cat /sys/class/thermal/thermal_zone0/temp", 78) {
            try $0.write("sys/class/thermal/thermal_zone0/temp", "86200\n")
        },
        Staged("little-memory", nil, "ps -eo rss,comm --sort=-rss | head", 78) {
            try $0.write("proc/meminfo", "MemAvailable:    12000 kB\n")
        },
    ]

    @Test(arguments: devices + others) func eachFaultIsNamed(staged: Staged) throws {
        let machine = try StagedMachine()
        try staged.stage(machine)
        let findings = try machine.findings(staged.arguments)
        #expect(findings.map(\.fault) == [staged.fault], "\(findings)")
        #expect(findings.first?.subject == staged.subject)
        #expect(findings.first?.fix == staged.fix)
        #expect(findings.first?.status == staged.status)
        // The same for people: what it is about, and the command on a line of its own.
        let plain = try machine.examine(staged.arguments, json: false)
        #expect(plain.status == staged.status)
        #expect(plain.outputLines.contains("    \(staged.fix)"))
        if let subject = staged.subject { #expect(plain.outputLines.first?.hasPrefix("\(subject): ") == true) }
    }

    @Test func nothingOnAHealthyMachine() throws {
        let machine = try StagedMachine()
        #expect(try machine.findings() == [])
        let plain = try machine.examine(json: false)
        #expect(plain.status == 0 && plain.standardOutput == "nothing is wrong\n" && plain.errors.isEmpty)
        let clips = try machine.models.write("kept/x", [])
        chmod(machine.models.path("kept"), 0o777)
        for arguments in [
            [machine.models.path("sound.gguf")], ["--device", "hw:CARD=Device"], ["--device", "plughw:1,0"],
            ["--device", "default"], ["--device", "/dev/video0"], ["--device", "usb-hcd-1"], ["--command", "cat -"],
            [
                "--to", "jsonl:\(machine.models.path("lines"))", "--to", "clips:\(machine.models.path("clips"))",
                "--clip-reserve", "0",
            ],
            ["--to", "clips:\(String(clips.dropLast(2)))", "--clip-reserve", "0"],
        ] {
            #expect(try machine.findings(arguments) == [], "\(arguments)")
        }
        // Nothing was made.
        #expect(try machine.models.names() == ["kept", "sound.gguf"])
    }

    /// What the documentation lists is what is staged, here or in `DoctorUseTests`, with its status.
    @Test func everyFaultIsStagedAndDocumented() throws {
        let page = try String(
            contentsOf: TestPaths.package.appendingPathComponent("Sources/Doctor/Doctor.docc/Faults.md"),
            encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
        }
        let documented = Dictionary(rows.map { ($0[0], Int32($0.last ?? "")) }) { first, _ in first }
        #expect(documented.count == rows.count && documented.count >= 40)
        for staged in Self.devices + Self.others {
            #expect(documented[staged.fault] == staged.status, "\(staged.fault)")
        }
        let use = try String(
            contentsOf: TestPaths.package.appendingPathComponent("Tests/DoctorTests/DoctorUseTests.swift"),
            encoding: .utf8)
        let here = Set((Self.devices + Self.others).map(\.fault))
        for (fault, _) in documented where !here.contains(fault) { #expect(use.contains("\"\(fault)\""), "\(fault)") }
        let kinds = try String(
            contentsOf: TestPaths.package.appendingPathComponent("Sources/Doctor/Finding.swift"), encoding: .utf8)
        let known = kinds.matches(of: /case \w+ = "([a-z-]+)"/).map { String($0.output.1) }
        #expect(Set(known) == Set(documented.keys))
    }

    /// Machines that are healthy as well, though something looks like a fault.
    static let healthy: [Staged] = [
        // A sound server shares what it has, opened from a thread with a name of its own.
        Staged("", nil, "", 0) {
            try $0.write("proc/asound/card1/pcm0c/sub0/status", "state: RUNNING\nowner_pid   : 79\n")
            try $0.write("proc/79/comm", "alsa-source-USB\n")
            try $0.write("proc/79/status", "Name:\talsa-source-USB\nTgid:\t77\nPid:\t79\n")
            try $0.write("proc/77/comm", "pulseaudio\n")
        },
        // The service has the microphone.
        Staged("", nil, "", 0) {
            try $0.write("proc/asound/card1/pcm0c/sub0/status", "state: RUNNING\nowner_pid   : 77\n")
            try $0.write("proc/77/comm", "tacit\n")
        },
        // A second card is muted, one of several inputs is.
        Staged("", nil, "", 0) {
            try $0.calls(
                ["Mic", "Line"].enumerated().map { "control\t1\t\($1) Capture Switch\t\(1 - $0)" }
                    + ["control\t2\tCapture Switch\t0"])
        },
        // A board's decoders, which nobody may open.
        Staged("", nil, "", 0) {
            try $0.write("sys/class/video4linux/video10/name", "bcm2835-codec-decode\n")
            try $0.node("dev/video10", mode: 0)
        },
        // A machine that only hears, one that only sees, one without services.
        Staged("", nil, "", 0) { try noCamera($0) },
        Staged("", nil, "", 0) {
            try noSound($0)
            try $0.remove("etc/systemd/system/tacit-listen.service")
        },
        Staged("", nil, "", 0) { try $0.remove("run/systemd/system") },
        // Where the kernel does not say whether the clock is kept.
        Staged("", nil, "", 0) {
            try $0.remove("run/systemd/timesync/synchronized")
            try $0.calls(["clock\tkept"])
        },
        // A board's camera that a program serves.
        Staged("", nil, "", 0, ["--command", "cat -"]) {
            try $0.write("sys/class/video4linux/video0/name", "unicam-image\n")
        },
    ]

    @Test(arguments: healthy)
    func nothingWhereNothingIsWrong(staged: Staged) throws {
        let machine = try StagedMachine()
        try staged.stage(machine)
        #expect(try machine.findings(staged.arguments) == [])
    }

    /// Two faults are two lines, in the order of their gravity; the first one's status counts.
    @Test func severalFaultsAtOnce() throws {
        let machine = try StagedMachine()
        try machine.beUser(groups: [])
        try machine.calls(["time\t1000"])
        try machine.write("proc/meminfo", "MemAvailable:    12000 kB\n")
        let findings = try machine.findings()
        #expect(
            findings.map(\.fault) == ["microphone-forbidden", "camera-forbidden", "clock-wrong", "little-memory"])
    }

    /// Whatever stands in these files, it is read to an end, and nothing of it spoils a line or a command.
    @Test func hostileFiles() throws {
        let names = [
            "proc/self/status", "etc/passwd", "etc/group", "proc/asound/cards", "proc/asound/pcm",
            "proc/asound/card1/pcm0c/sub0/status", "sys/class/video4linux/video0/name",
            "sys/class/video4linux/video0/index", "systemctl/tacit-listen.service", "proc/meminfo", "proc/self/mounts",
            "sys/class/thermal/thermal_zone0/temp", "sys/devices/platform/soc/soc:firmware/get_throttled", "calls",
        ]
        var random = RandomNumbers(seed: 20)
        let machine = try StagedMachine()
        for name in names {
            let whole = try Array(Data(contentsOf: URL(fileURLWithPath: machine.folder.path(name))))
            var versions: [[UInt8]] = [
                [], Array(repeating: 0, count: 100), Array("99999999999999999999 -1 : [ ] = ,\n".utf8),
            ]
            versions.append((0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) })
            for _ in 0..<6 {
                var spoilt = whole
                for _ in 0..<5 where !spoilt.isEmpty {
                    spoilt[Int.random(in: 0..<spoilt.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                versions.append(spoilt)
                // Numbers that no integer holds.
                versions.append(whole.flatMap { (48...57).contains($0) ? Array("9223372036854775807".utf8) : [$0] })
            }
            for version in versions {
                try machine.folder.write(name, version)
                let outcome = try machine.examine(limit(random.next()))
                #expect([0, 66, 69, 73, 78].contains(outcome.status), "\(name): \(outcome.standardError)")
                for line in outcome.outputLines {
                    let finding = try JSONDecoder().decode(DoctorFinding.self, from: Data(line.utf8))
                    #expect(finding.fix.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
                }
            }
            try machine.folder.write(name, whole)
        }
        #expect(try machine.findings() == [])
    }

    private func limit(_ number: UInt64) -> [String] { number % 2 == 0 ? [] : ["--device", "hw:1"] }

    /// A name that a shell would take for something else is quoted in the command.
    @Test func namesFromOutsideAreQuoted() throws {
        let machine = try StagedMachine()
        try machine.beUser(groups: [])
        try machine.write("etc/passwd", "a; rm -rf '$HOME':x:\(geteuid() + 1):0::/:/bin/sh\n")
        #expect(
            try machine.findings(["--device", "hw:1"]).map(\.fix) == [
                #"sudo usermod -aG audio 'a; rm -rf '\''$HOME'\'''"#
            ])
    }
}
