import CTacitProgram
import Glibc
import TacitDevices
import TacitDiagnostics

/// This machine's own answers.
struct RealCalls: SystemCalls {
    func mayUse(_ path: String, writing: Bool, _ identity: Identity) -> Bool {
        let wish = writing ? R_OK | W_OK : R_OK
        return SystemPath.withBytes(path) { access($0, wish) } == 0
    }

    var time: Int { Glibc.time(nil) }

    var isClockKept: Bool? {
        let answer = tacit_clock_is_kept()
        return answer < 0 ? nil : answer == 1
    }

    func disk(_ path: String) -> Disk? {
        var status = statvfs()
        guard SystemPath.withBytes(path, { statvfs($0, &status) }) == 0 else { return nil }
        func bytes(_ blocks: UInt) -> Int {
            Int(
                clamping: blocks.multipliedReportingOverflow(by: UInt(status.f_frsize)).overflow
                    ? UInt.max : blocks * UInt(status.f_frsize))
        }
        return Disk(
            free: bytes(UInt(status.f_bavail)), size: bytes(UInt(status.f_blocks)),
            isReadOnly: status.f_flag & UInt(ST_RDONLY) != 0,
            hasRoomForFiles: status.f_files == 0 || status.f_favail > 0)
    }

    func controls(card: Int) -> [CaptureControl] { CaptureControl.all(card: card) }
    func camera(_ path: String) -> CameraAnswer { Cameras.answer(of: path) }
    func microphone(_ name: String, sampleRate: Int) -> MicrophoneAnswer {
        Microphones.answer(of: name, sampleRate: sampleRate)
    }
}
