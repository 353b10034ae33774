import ArgumentParser
import TacitConsole
import TacitDevices

/// `tacit devices`: what can be listened to and watched.
struct Devices: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "List microphones and cameras, with their formats and names that survive a reboot.",
        discussion: """
            The name in front goes with --device of listen or watch. A device on USB is named after where it is \
            plugged in, any other after its card or its driver. Whatever else ALSA's configuration defines (default, \
            pulse, ...) can be used as well.
            """)

    @OptionGroup var output: OutputOptions

    func run() throws {
        let devices = Microphones.list() + Cameras.list()
        if devices.isEmpty {
            StandardError.line(
                "no microphone and no camera here (or none that this user may open: groups audio and video)")
        }
        // Told where there is something to list, too: who looks for a camera does not see it there.
        if !devices.contains(where: { $0.kind == .camera && !$0.formats.isEmpty }),
            let advice = VideoNodes.adviceWithoutCamera(FrameSources.cameraAdvice)
        {
            StandardError.line(advice)
        }
        for device in devices {
            try StandardOutput.shared.write(output.json ? DeviceReport.json(device) : DeviceReport.text(device))
        }
    }
}
