import TacitDiagnostics
import TacitModelFile
import TacitText

/// Whether Tacit's services run, and as someone who may hear and see.
enum ServiceCheck {
    @Sendable static func findings(_ patient: Patient) -> [Finding] {
        patient.services.compactMap { finding($0, patient.system) }
    }

    /// The first thing that is wrong with one: the rest may follow from it.
    private static func finding(_ service: Service, _ system: System) -> Finding? {
        let name = service.name
        if service.isChanged {
            return Finding(
                .serviceChanged, name, "its files were changed since systemd read them",
                fix: "sudo systemctl daemon-reload", note: "then sudo systemctl restart \(name)")
        }
        if let program = service.program, !system.exists(program) {
            return Finding(
                .serviceProgram, name, "its program is not there: \(program)",
                fix: "sudo install .build/release/tacit \(ShellQuote.word(program))")
        }
        if let finding = groups(service, system) ?? model(service, system) { return finding }
        if service.hasFailed {
            return Finding(
                .serviceFailed, name, "has failed: \(words(service))", fix: fix(service),
                note: "then sudo systemctl restart \(name)")
        }
        if service.isInactive {
            return service.isEnabled
                ? Finding(.serviceStopped, name, "is not running", fix: "sudo systemctl start \(name)")
                : Finding(
                    .serviceDisabled, name, "is installed, but is not started with the machine",
                    fix: "sudo systemctl enable --now \(name)")
        }
        if service.isActive, !service.isEnabled {
            return Finding(
                .serviceDisabled, name, "runs, but is not started with the machine",
                fix: "sudo systemctl enable \(name)")
        }
        return nil
    }

    private static func groups(_ service: Service, _ system: System) -> Finding? {
        guard let sense = service.sense else { return nil }
        let group = sense == .sound ? "audio" : "video"
        // Root needs none; of one who is made when the service starts nothing is said anywhere else.
        if service.user == "root" || service.groups.contains(group) { return nil }
        if !service.user.isEmpty, Accounts.isMember(service.user, of: group, system) { return nil }
        // Neither is said where the unit leaves it to systemd, which makes it root's.
        if service.user.isEmpty, service.groups.allSatisfy(\.isEmpty) { return nil }
        let user = service.user.isEmpty ? "its user" : service.user
        return Finding(
            .serviceGroups, service.name, "runs as \(user), who is not in the group \(group)",
            fix: service.user.isEmpty
                ? "sudo systemctl edit \(service.name)" : "sudo usermod -aG \(group) \(ShellQuote.word(service.user))",
            note: service.user.isEmpty
                ? "and write SupplementaryGroups=\(group) under [Service]"
                : "then sudo systemctl restart \(service.name)")
    }

    private static func model(_ service: Service, _ system: System) -> Finding? {
        guard let sense = service.sense, !service.namesModel else { return nil }
        let file = sense == .sound ? ModelFileName.sound : ModelFileName.image
        // Where it has failed for another reason, that is told.
        guard service.exitStatus == 66, !system.exists("/usr/share/tacit/\(file)") else { return nil }
        return Finding(
            .noModel, service.name, "there is no /usr/share/tacit/\(file) for it",
            fix: "sudo install -D -m 644 models/\(file) /usr/share/tacit/\(file)",
            note: "from the folder of Tacit's source, then sudo systemctl restart \(service.name)")
    }

    private static func words(_ service: Service) -> String {
        let meaning: [Int: String] = [
            64: "wrong usage", 65: "broken settings, labels or a broken model", 66: "a file is not there",
            69: "no such device",
            70: "a fault of Tacit's own", 73: "labels can't be written", 74: "an input/output error",
            75: "the device was lost", 203: "the program can't be run", 217: "no such user",
            216: "no such group",
        ]
        if service.result == "watchdog" { return "no samples for too long" }
        guard service.exitStatus != 0 else { return service.result }
        return "exit status \(service.exitStatus)" + (meaning[service.exitStatus].map { ", \($0)" } ?? "")
    }

    private static func fix(_ service: Service) -> String {
        switch service.exitStatus {
        case 216, 217: "sudo systemd-sysusers"
        default: "journalctl -b -n 20 --no-pager -u \(service.name)"
        }
    }
}
