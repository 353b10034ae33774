import CTacitInterface
import Foundation
import TacitTestSupport
import Testing

/// What was lost of a sound is told to programs, too.
@Suite struct ToldDamageTests {
    private static let frames = Sounds.silentMP3(frames: 100)

    private func damage(_ handle: OpaquePointer) throws -> (tacit_damage, words: String) {
        var damage = tacit_damage()
        damage.size = MemoryLayout<tacit_damage>.size
        try #require(tacit_sound_damage(handle, &damage) == 0)
        return (damage, String(cString: try #require(damage.words)))
    }

    private func drain(_ handle: OpaquePointer, _ path: String) throws {
        var rate: Int32 = 0
        try #require(tacit_sound_open(handle, path, &rate) == 0)
        var buffer = [Float](repeating: 0, count: 4096)
        var count = 0
        repeat { try #require(tacit_sound_read(handle, &buffer, buffer.count, &count) == 0) } while count > 0
    }

    @Test func ofFilesThatAreLabelledAndDecoded() throws {
        let folder = try TemporaryFolder()
        let junk = [UInt8](repeating: 0x11, count: 500)
        let broken = try folder.write("broken.mp3", Self.frames + junk + Self.frames)
        let whole = try folder.write("whole.mp3", Self.frames)
        let golden = try GoldenCase(name: "gpt2-plain")
        let model = try ConvertedModel(golden)
        let loaded = try Loaded(model.path)
        let labels = model.folder.path("my.labels")
        var none = tacit_damage()
        none.size = MemoryLayout<tacit_damage>.size
        #expect(tacit_sound_damage(loaded.handle, &none) == Int32(TACIT_USAGE))
        for (path, bytes) in [(broken, junk.count), (whole, 0), (broken, junk.count)] {
            try #require(tacit_classify_file(loaded.handle, path) == 0, "\(loaded.words)")
            let labelled = try damage(loaded.handle)
            try drain(loaded.handle, path)
            let decoded = try damage(loaded.handle)
            try #require(tacit_teach_file(loaded.handle, labels, 3, "", path) == 0, "\(loaded.words)")
            let taught = try damage(loaded.handle)
            for (damage, words) in [labelled, decoded, taught] {
                #expect(damage.skipped == bytes)
                #expect(damage.places == 0 && damage.lost == 0 && damage.lacking == 0)
                #expect(words.hasPrefix(bytes > 0 ? "damaged: \(bytes) bytes can't be decoded, from 3.6" : ""))
                #expect(words.isEmpty == (bytes == 0))
                #expect(bytes == 0 || abs(damage.first_skip - 3.6) < 0.08)
            }
        }
        // Another model, the same sound.
        try #require(tacit_load(loaded.handle, model.path) == 0)
        #expect(try damage(loaded.handle).0.skipped == junk.count)
        none.size = 3
        #expect(tacit_sound_damage(loaded.handle, &none) == Int32(TACIT_USAGE))
    }
}
