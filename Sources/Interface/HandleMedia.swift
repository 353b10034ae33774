import TacitDiagnostics
import TacitMedia

/// What a handle decodes, for which no model is needed.
final class HandleMedia {
    private var sound: (any SampleSource)?
    /// What was lost of the sound that was read last, and its words.
    var damage: (SoundDamage, words: CText)?
    private var pictures: (decoder: PictureDecoder, file: PictureFileReader, own: FrameBuffer)?
    private var picture: FrameBuffer?

    func open(sound path: String, sampleRate: Int) throws -> Int {
        sound = nil
        damage = nil
        if sampleRate != 0 { try SoundSources.require(rate: sampleRate) }
        let file = try SoundFileSource(path: path)
        sound = try SoundSources.resample(file, to: sampleRate > 0 ? sampleRate : file.sampleRate, file: path)
        note(SoundDamage())
        return sampleRate > 0 ? sampleRate : file.sampleRate
    }

    func readSound(_ buffer: UnsafeMutableBufferPointer<Float>) throws -> Int {
        guard let sound else { throw TacitError(.usage, "no sound is open") }
        do {
            defer { note(sound.damage) }
            if case .samples(let count) = try sound.read(into: buffer) { return count }
        } catch {
            self.sound = nil
            throw error
        }
        self.sound = nil
        return 0
    }

    /// What was lost up to now of the sound that was read last.
    func damageOfSound() throws -> (SoundDamage, words: CText) {
        guard let damage else { throw TacitError(.usage, "no sound was read") }
        return damage
    }

    func note(_ damage: SoundDamage) {
        if let known = self.damage, known.0 == damage { return }
        self.damage = (damage, CText(damage.description))
    }

    func decodePicture(path: String) throws -> FrameBuffer {
        picture = nil
        let pictures = try pictureReaders()
        try pictures.file.read(path)
        picture = pictures.file.frame
        return pictures.file.frame
    }

    func decodePicture(bytes: UnsafeRawBufferPointer) throws -> FrameBuffer {
        picture = nil
        let pictures = try pictureReaders()
        try pictures.decoder.decode(bytes, into: pictures.own)
        picture = pictures.own
        return pictures.own
    }

    func decodedPicture() throws -> FrameBuffer {
        guard let picture else { throw TacitError(.usage, "no picture is decoded") }
        return picture
    }

    private func pictureReaders() throws -> (decoder: PictureDecoder, file: PictureFileReader, own: FrameBuffer) {
        if let pictures { return pictures }
        let made = (decoder: try PictureDecoder(), file: try PictureFileReader(), own: FrameBuffer())
        pictures = made
        return made
    }
}
