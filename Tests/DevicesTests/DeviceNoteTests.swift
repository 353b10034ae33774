import Glibc
import TacitDevices
import Testing

/// What a person is told of a device.
@Suite struct DeviceNoteTests {
    @Test(arguments: [
        (DeviceNote.opened(name: "hw:1", format: "S16_LE"), "microphone hw:1: S16_LE"),
        (.waiting(reason: "no such device"), "no such device; waiting for it"),
        (.lost(cause: ENODEV), "the microphone is lost (No such device); waiting for it"),
        (.lost(cause: 0), "the microphone delivers nothing any more; waiting for it"),
        (.stalled(seconds: 4.6), "nothing for 5 s; opening the microphone anew"),
        (.returned, "the microphone is back"),
        (.silent(seconds: 9.97), "the microphone has delivered nothing but zeros for 10 s: is it muted?"),
        (.audible, "the microphone is no longer silent"),
        (.damaged(frames: 3), "damaged frames so far: 3"),
        (.frozen(seconds: 30), "the picture has not changed at all for 30 s"),
        (.moving, "the picture changes again"),
    ])
    func words(note: DeviceNote, words: String) { #expect(note.words("microphone") == words) }
}
