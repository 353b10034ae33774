import Tacit
import TacitTestSupport
import Testing

/// What was lost of a sound is told in words that a program can name.
@Suite struct LibrarySoundTests {
    @Test func whatIsLostIsNamed() throws {
        let folder = try TemporaryFolder()
        let frames = Sounds.silentMP3(frames: 100)
        let whole = try Sound(folder.write("whole.mp3", frames)).damage
        #expect(whole == SoundDamage() && whole.isNone)
        let broken: SoundDamage = try Sound(
            folder.write("broken.mp3", frames + [UInt8](repeating: 0x11, count: 500) + frames)
        ).damage
        #expect(!broken.isNone && broken.skippedBytes == 500)
    }
}
