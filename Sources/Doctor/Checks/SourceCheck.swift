import TacitPrograms
import TacitText

/// Whether the program is there that is to deliver the stream.
enum SourceCheck {
    @Sendable static func findings(_ patient: Patient) -> [Finding] {
        guard let program = patient.wanted.command?.words.first, ProgramLine.path(of: program) == nil else { return [] }
        let packages = ["rpicam-vid": "rpicam-apps-lite", "libcamera-vid": "rpicam-apps-lite", "arecord": "alsa-utils"]
        if program.contains("/") {
            let path = ShellQuote.word(program)
            return [Finding(.noProgram, program, "there is no such program that may be run", fix: "chmod +x \(path)")]
        }
        return [
            Finding(
                .noProgram, program, "there is no such program in PATH that may be run",
                fix: "sudo apt install \(ShellQuote.word(packages[program] ?? program))")
        ]
    }
}
