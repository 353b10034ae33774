import TacitDevices
import TacitModelFile
import TacitText

/// Whether there is a camera that can be watched.
enum VideoCheck {
    @Sendable static func findings(_ patient: Patient) -> [Finding] {
        let system = patient.system
        var cameras = patient.video.cameras
        if let device = patient.wanted.device {
            guard patient.isDeviceCamera else { return [] }
            let path =
                device.hasPrefix("/")
                ? system.link(device).map { "/dev/\($0.split(separator: "/").last ?? "")" } ?? device : nil
            cameras = patient.video.nodes.filter { $0.place == device || $0.path == path }
            if cameras.isEmpty {
                return [Finding(.unknownDevice, device, "no camera has this name", fix: "tacit devices")]
            }
        } else if let interface = USBDrivers.missing(interfaceClass: 0x0e, system) {
            return [
                Finding(
                    .noVideoDriver, interface, "a camera is plugged in here, and no driver has taken it",
                    fix: "sudo modprobe uvcvideo")
            ]
        }
        guard let first = cameras.first else {
            guard patient.senses.contains(.pictures) else { return [] }
            return [
                Finding(
                    .noCamera, nil, "no camera is on this machine", fix: "tacit devices",
                    note: "plug one in, then this lists it; one on a board's own connector: rpicam-hello --list-cameras"
                )
            ]
        }
        let there = cameras.filter { system.exists($0.path) }
        guard !there.isEmpty else {
            return [
                Finding(
                    .noVideoNodes, first.path,
                    "the kernel has the camera '\(first.title)', but /dev does not: is this a container?",
                    fix: "docker run --device \(ShellQuote.word(first.path)) IMAGE",
                    note: "outside of one: sudo udevadm trigger --subsystem-match=video4linux")
            ]
        }
        let usable = there.filter { Permission.mayUse($0.path, patient) }
        guard !usable.isEmpty else {
            return [Permission.finding(.cameraForbidden, node: there[0].path, group: "video", patient)]
        }
        return trouble(of: usable, patient).map { [$0] } ?? []
    }

    private static func trouble(of cameras: [VideoDevices.Node], _ patient: Patient) -> Finding? {
        let answers = cameras.map { ($0, patient.system.calls.camera($0.path)) }
        if answers.contains(where: { $0.1 == .formats && !$0.0.isBoardCamera }) { return nil }
        if let (camera, _) = answers.first(where: { $0.1 == .busy }) {
            let holders = Holders.processes(of: camera.path, patient.system)
            let names = holders.map { patient.system.processes.name(of: $0) ?? "" }
            // The service's own, which is what it is for, unless that very camera was asked for.
            if patient.wanted.device == nil,
                names.contains("tacit")
                    || holders.isEmpty && patient.services.contains(where: { $0.isActive && $0.sense != .sound })
            {
                return nil
            }
            return Finding(
                .cameraBusy, camera.path,
                "is in use by \(holders.first.map { Holders.program($0, patient.system) } ?? "another program")",
                fix: holders.first.map { "kill \($0)" } ?? "sudo fuser -v \(ShellQuote.word(camera.path))")
        }
        if let (camera, _) = answers.first(where: { $0.0.isBoardCamera }) { return boardCamera(camera, patient) }
        if let (camera, _) = answers.first(where: { $0.1 == .noFormats }) {
            return Finding(
                .cameraFormats, camera.path, "'\(camera.title)' has no format that is read here",
                fix:
                    "tacit watch --command "
                    + ShellQuote.word("ffmpeg -loglevel error -f v4l2 -i \(camera.path) -f mjpeg -")
            )
        }
        guard patient.senses.contains(.pictures) else { return nil }
        return Finding(
            .noCamera, nil, "none of the nodes /dev/video* is a camera that can stream", fix: "tacit devices",
            note: "one on a board's own connector: rpicam-hello --list-cameras")
    }

    private static func boardCamera(_ camera: VideoDevices.Node, _ patient: Patient) -> Finding? {
        // Whoever gives a program has found out.
        if patient.wanted.command != nil { return nil }
        let program = ["rpicam-vid", "libcamera-vid"].first { patient.system.exists("/usr/bin/\($0)") }
        guard let program else {
            return Finding(
                .boardCamera, camera.path,
                "a camera on the board's own connector, which only libcamera makes pictures of",
                fix: "sudo apt install rpicam-apps-lite", note: "then tacit doctor again")
        }
        return Finding(
            .boardCamera, camera.path, "a camera on the board's own connector, which only libcamera makes pictures of",
            fix: "tacit watch --command '\(program) -t 0 -n --codec mjpeg -o -'")
    }
}
