import Glibc
import TacitDevices
import TacitModelFile
import TacitText

/// Whether there is a microphone that can be listened to.
enum SoundCheck {
    @Sendable static func findings(_ patient: Patient) -> [Finding] {
        let system = patient.system
        let isWanted = patient.senses.contains(.sound)
        if let device = patient.wanted.device, !patient.isDeviceCamera { return named(device, patient) }
        if let interface = USBDrivers.missing(interfaceClass: 0x01, system) {
            return [
                Finding(
                    .noSoundDriver, interface, "a sound device is plugged in here, and no driver has taken it",
                    fix: "sudo modprobe snd-usb-audio")
            ]
        }
        let inputs = patient.sound.inputs
        if inputs.isEmpty {
            if isWanted { return [noMicrophone(patient)] }
            // One sense will do.
            let seesNothing = patient.video.cameras.isEmpty && patient.wanted.command == nil
            guard seesNothing, USBDrivers.missing(interfaceClass: 0x0e, system) == nil else { return [] }
            return [
                Finding(
                    .noDevice, nil, "no microphone and no camera is on this machine", fix: "tacit devices",
                    note: "plug one in, then this lists it")
            ]
        }
        if isWanted || patient.video.cameras.isEmpty, inputs.allSatisfy({ $0.driver == "Dummy" }) {
            return [
                Finding(
                    .onlyDummySound, inputs[0].name, "a stand-in that hears nothing (snd-dummy) is the only sound card",
                    fix: "sudo modprobe -r snd-dummy", note: "and plug in a microphone")
            ]
        }
        let there = inputs.filter { system.exists($0.node) }
        guard !there.isEmpty else { return [noNodes(inputs[0])] }
        let usable = there.filter { Permission.mayUse($0.node, patient) }
        guard !usable.isEmpty else {
            return [Permission.finding(.microphoneForbidden, node: there[0].node, group: "audio", patient)]
        }
        let free = usable.filter { holder($0, patient, isNamed: false) == nil }
        if free.isEmpty, let holder = holder(usable[0], patient, isNamed: false) {
            return [busy(usable[0], holder, system)]
        }
        let silent = free.compactMap { muted($0, patient) }
        return silent.count == free.count ? Array(silent.prefix(1)) : []
    }

    /// The one that was asked for.
    private static func named(_ device: String, _ patient: Patient) -> [Finding] {
        let system = patient.system
        guard let input = patient.sound.input(named: device, system) else {
            switch SoundDevices.namesCard(device) ? .failed(ENODEV) : answer(device, patient) {
            case .usable: return []
            case .unusable(let reason): return [formats(device, reason, fix: "tacit devices")]
            case .failed(EBUSY): return [inUse(device)]
            case .failed(EACCES), .failed(EPERM):
                if let input = patient.sound.inputs.first {
                    return [Permission.finding(.microphoneForbidden, node: input.node, group: "audio", patient)]
                }
            case .failed: break
            }
            if patient.sound.inputs.isEmpty { return [noMicrophone(patient)] }
            return [Finding(.unknownDevice, device, "no microphone has this name", fix: "tacit devices")]
        }
        if !system.exists(input.node) { return [noNodes(input)] }
        if !Permission.mayUse(input.node, patient) {
            return [Permission.finding(.microphoneForbidden, node: input.node, group: "audio", patient)]
        }
        if let holder = holder(input, patient, isNamed: true) { return [busy(input, holder, system)] }
        switch answer(device, patient) {
        case .unusable(let reason):
            let plug = "plughw:CARD=\(input.cardID),DEV=\(input.device)"
            return [
                formats(
                    input.name, reason,
                    fix: device.hasPrefix("plughw:")
                        ? "tacit devices" : "tacit listen --device \(ShellQuote.word(plug))")
            ]
        case .failed(EBUSY): return [inUse(input.name)]
        case .usable, .failed: return muted(input, patient).map { [$0] } ?? []
        }
    }

    /// What a microphone says to the rate of the model that is to listen.
    private static func answer(_ device: String, _ patient: Patient) -> MicrophoneAnswer {
        let rates = patient.models.compactMap { $0.description.input.kind.sound?.sampleRate }
        return patient.system.calls.microphone(device, sampleRate: rates.first ?? 16_000)
    }

    private static func inUse(_ device: String) -> Finding {
        Finding(.microphoneBusy, device, "is in use by another program", fix: "fuser -v /dev/snd/*")
    }

    private static func formats(_ device: String, _ reason: String, fix: String) -> Finding {
        Finding(
            .microphoneFormats, device, reason, fix: fix,
            note: "plughw: in front of a card's name makes another format of it")
    }

    private static func noMicrophone(_ patient: Patient) -> Finding {
        let hasCards = patient.sound.cards > 0
        return Finding(
            .noMicrophone, nil,
            hasCards
                ? "the sound cards of this machine have outputs only"
                : patient.system.exists("/proc/asound")
                    ? "no sound card is on this machine" : "the kernel knows no sound",
            fix: hasCards || patient.system.exists("/proc/asound") ? "tacit devices" : "sudo modprobe snd",
            note: "plug a microphone in; one on a board's own connector needs its dtoverlay= in config.txt")
    }

    private static func noNodes(_ input: SoundDevices.Input) -> Finding {
        Finding(
            .noSoundNodes, input.node,
            "the kernel has the card \(input.cardID), but /dev does not: is this a container?",
            fix: "docker run --device /dev/snd IMAGE",
            note: "outside of one: sudo udevadm trigger --subsystem-match=sound")
    }

    private static let soundServers: Set<String> = ["pipewire", "pulseaudio", "wireplumber", "pipewire-pulse", "jackd"]

    /// Who has all of an input.
    private struct Holder {
        /// Nil where what the kernel says is no process.
        let process: Int?
    }

    /// Who has all of an input; nil where there is room, and where nothing is wrong with that: a sound server
    /// shares what it has, and Tacit's own service is what it is kept for, unless that very device was asked for.
    private static func holder(_ input: SoundDevices.Input, _ patient: Patient, isNamed: Bool) -> Holder? {
        let owners = patient.system.processes.captureOwners(card: input.card, device: input.device)
        guard let first = owners.first, !owners.contains(.nobody) else { return nil }
        guard case .thread(let thread) = first, let process = Holders.process(ofThread: thread, patient.system) else {
            return Holder(process: nil)
        }
        let name = patient.system.processes.name(of: process) ?? ""
        return !isNamed && (soundServers.contains(name) || name == "tacit") ? nil : Holder(process: process)
    }

    private static func busy(_ input: SoundDevices.Input, _ holder: Holder, _ system: System) -> Finding {
        let program = holder.process.map { Holders.program($0, system) } ?? "another program"
        return Finding(
            .microphoneBusy, input.name, "is in use by \(program)",
            fix: holder.process.map { "kill \($0)" } ?? "fuser -v /dev/snd/*",
            note: "or share it: --device of PipeWire's, or a dsnoop in ~/.asoundrc")
    }

    /// Off, or all the way down: the one switch or volume that all inputs share, or all of those that each have one.
    private static func muted(_ input: SoundDevices.Input, _ patient: Patient) -> Finding? {
        let controls = patient.system.calls.controls(card: input.card)
        for (kind, value, word) in [
            ("Capture Switch", "cap", "is switched off"), ("Capture Volume", "80% cap", "is turned all the way down"),
        ] {
            let own = controls.filter { $0.name.hasSuffix(kind) }
            let shared = own.filter { $0.name == kind }
            let off = (shared.isEmpty ? own : shared).filter { $0.greatest <= 0 }
            guard let first = off.first, off.count == (shared.isEmpty ? own : shared).count else { continue }
            let name = first.name == kind ? "Capture" : String(first.name.dropLast(kind.count + 1))
            return Finding(
                .microphoneMuted, input.name, "'\(first.name)' of the card \(word)",
                fix: "amixer -c \(input.card) sset \(ShellQuote.word(name)) \(value)",
                note: "sudo alsactl store keeps it")
        }
        return nil
    }
}
