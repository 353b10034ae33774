import Foundation
import TacitTestSupport

/// A machine laid out in a folder, with a microphone, a camera and a service, on which nothing is wrong.
final class StagedMachine {
    let folder: TemporaryFolder
    let models: TemporaryFolder

    /// Someone else than whoever runs the tests, so that the files' modes decide, as they do on a machine.
    private let user = geteuid() + 1
    /// The group that device nodes belong to. Only root may give a file to another than its own.
    private let group = geteuid() == 0 ? 29 : getegid()

    private static let model = Result { try ConvertedModel(GoldenCase(name: "llama-plain")) }

    init() throws {
        folder = try TemporaryFolder()
        models = try TemporaryFolder()
        try models.copy(Self.model.get().path, as: "sound.gguf")
        // Where things are kept is open to whoever asks.
        chmod(models.path, 0o777)
        try beUser(groups: [group])
        try write("etc/passwd", "root:x:0:0::/root:/bin/sh\npi:x:\(user):\(user)::/home/pi:/bin/sh\n")
        try nameGroup("audio", members: [])
        try write(
            "proc/asound/cards", " 1 [Device         ]: USB-Audio - USB Audio Device\n                      USB Audio\n"
        )
        try write("proc/asound/pcm", "01-00: USB Audio : USB Audio : playback 1 : capture 1\n")
        try write("proc/asound/card1/pcm0c/sub0/status", "closed\n")
        try node("dev/snd/pcmC1D0c")
        try node("dev/snd/controlC1")
        try write("sys/class/video4linux/video0/name", "UVC Camera\n")
        try write("sys/class/video4linux/video0/index", "0\n")
        try write("sys/devices/platform/hcd/usb1/1-1/1-1:1.0/bInterfaceClass", "0e\n")
        try link("sys/class/video4linux/video0/device", "../../../devices/platform/hcd/usb1/1-1/1-1:1.0")
        try write("sys/bus/usb/devices/1-1:1.0/bInterfaceClass", "0e\n")
        try link("sys/bus/usb/devices/1-1:1.0/driver", "..")
        try node("dev/video0")
        try write("run/systemd/timesync/synchronized", "")
        try write("run/systemd/system/unit", "")
        try write("etc/systemd/system/tacit-listen.service", "[Service]\n")
        try service([:])
        try link("usr/bin/systemctl", TestPaths.fixtures.appendingPathComponent("doctor/systemctl").path)
        try write("usr/local/bin/tacit", "")
        try write("proc/meminfo", "MemTotal: 400000 kB\nMemAvailable: 200000 kB\n")
        try write("proc/self/mounts", "/dev/root / ext4 rw 0 0\n")
        try write("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n")
        try write("sys/class/thermal/thermal_zone0/temp", "51000\n")
        try write("sys/devices/platform/soc/soc:firmware/get_throttled", "0\n")
        try calls([])
    }

    func write(_ name: String, _ text: String) throws { try folder.write(name, text.utf8) }

    func link(_ name: String, _ target: String) throws {
        let path = folder.path(name)
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: folder.path(name)) }

    /// A device's node, which its group may use.
    func node(_ name: String, mode: mode_t = 0o660) throws {
        try write(name, "")
        if geteuid() == 0 { chown(folder.path(name), 0, group) }
        chmod(folder.path(name), mode)
    }

    /// The groups that are in force for whoever asks.
    func beUser(groups: [gid_t]) throws {
        let list = groups.map { "\($0)" }.joined(separator: " ")
        try write(
            "proc/self/status",
            "Name:\ttacit\nUid:\t\(user)\t\(user)\t\(user)\t\(user)\nGid:\t9999\t9999\t9999\t9999\nGroups:\t\(list) \n"
                + "CapEff:\t0000000000000000\n")
    }

    /// The name of the nodes' group, and who was put in it.
    func nameGroup(_ name: String, members: [String]) throws {
        try write("etc/group", "root:x:0:\n\(name):x:\(group):\(members.joined(separator: ","))\n")
    }

    /// What systemctl says of the service that listens; what is not given is as it should be.
    func service(_ changes: [String: String], name: String = "tacit-listen") throws {
        var properties = [
            "ActiveState": "active", "SubState": "running", "Result": "success", "ExecMainStatus": "0",
            "UnitFileState": "enabled", "User": "tacit", "Group": "", "SupplementaryGroups": "audio video",
            "NeedDaemonReload": "no",
            "ExecStart": "{ path=/usr/local/bin/tacit ; argv[]=/usr/local/bin/tacit listen ; }",
        ]
        properties.merge(changes) { $1 }
        try write("etc/systemd/system/\(name).service", "[Service]\n")
        try write("systemctl/\(name).service", properties.map { "\($0.key)=\($0.value)\n" }.joined())
    }

    /// What no file tells; each given line takes the place of the usual one that begins with the same two words.
    func calls(_ changes: [String]) throws {
        let usual = [
            "clock\tkept", "disk\t/\t9000000000\t16000000000", "disk\t/var/lib\t9000000000\t16000000000",
            "control\t1\tMic Capture Switch\t1", "control\t1\tMic Capture Volume\t20", "camera\t/dev/video0\tformats",
        ]
        let kept = usual.filter { line in
            !changes.contains {
                $0.split(separator: "\t").prefix(2) == line.split(separator: "\t").prefix(2)
                    || $0.hasPrefix("clock") && line.hasPrefix("clock")
            }
        }
        try write("calls", (kept + changes).joined(separator: "\n"))
    }

    /// What `tacit doctor` says of it.
    func examine(_ arguments: [String] = [], environment: [String: String] = [:], json: Bool = true) throws
        -> Executable.Outcome
    {
        try Executable.tacit.run(
            ["doctor", "--root", folder.path] + (json ? ["--json"] : []) + arguments,
            environment: ["TACIT_MODELS": models.path].merging(environment) { $1 }, folder: folder.path)
    }

    func findings(_ arguments: [String] = [], environment: [String: String] = [:]) throws -> [DoctorFinding] {
        let outcome = try examine(arguments, environment: environment)
        let findings = try outcome.outputLines.map {
            try JSONDecoder().decode(DoctorFinding.self, from: Data($0.utf8))
        }
        guard outcome.errors.isEmpty, outcome.status == findings.first?.status ?? 0 else {
            throw Executable.LaunchFailure(description: "\(outcome.status ?? -1): \(outcome.standardError)")
        }
        return findings
    }
}

/// A line of `tacit doctor --json`.
struct DoctorFinding: Decodable, Equatable {
    var fault: String
    var subject: String?
    var reason: String
    var fix: String
    var note: String?
    var status: Int32
}
