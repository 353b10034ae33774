import Foundation
import TacitFrontEnd
import TacitLearning
import TacitLive
import TacitModelFile
import TacitTestSupport
import Testing

/// What is taken of a sound as an example of it. By a model whose window is longer than what is left around something
/// loud.
@Suite(.enabled(if: TestPaths.hasModel("words.gguf"), "models/ is empty")) struct ExampleMakerTests {
    private let maker: ExampleMaker
    private let width: Int

    init() throws {
        let model = try LoadedModel(path: TestPaths.package.appendingPathComponent("models/words.gguf").path)
        maker = try ExampleMaker(model, engine: EngineSettings(), keepsClips: true)
        width = model.model.description.learningWidth
    }

    /// Half a second of a tone in the middle of so many windows of next to nothing, in whole steps of 16 bits.
    private func tone(in windows: Double) -> [Float] {
        let count = Int(windows * Double(maker.samplesPerWindow))
        let loud = count / 2 - maker.sampleRate / 4..<count / 2 + maker.sampleRate / 4
        return (0..<count).map { index in
            let value = loud.contains(index) ? 9000 * sin(2 * .pi * 700 * Double(index) / Double(maker.sampleRate)) : 0
            return Float((value + Double(index % 3)).rounded()) / 32768
        }
    }

    private func trimmed(_ samples: [Float]) -> [Float] {
        Array(samples[LoudestStretch.withoutEnds(of: samples, sampleRate: maker.sampleRate)])
    }

    /// The last five rows are of the copies: moved, louder and softer.
    private func copies(_ example: Example) -> [Float] { Array(example.rows.suffix(5 * width)) }

    @Test func whatIsQuietAroundASoundIsNoExampleOfIt() throws {
        let samples = tone(in: 2.5)
        let alone = maker.example(of: trimmed(samples), background: [])
        #expect(trimmed(samples).count < maker.samplesPerWindow)
        let example = maker.example(of: samples, background: [])
        #expect(copies(example) == copies(alone))
        // Its own row is what there is of the tone alone; what is behind that is the clip as a whole.
        #expect(example.rows.prefix(width) == alone.rows.prefix(width))
        #expect(example.rows.count == alone.rows.count + 2 * width)
        // The clip that is kept is all of it, so that a newer model makes the same of it.
        #expect(example.clip == .sound(samples: samples.map { Int16($0 * 32768) }, sampleRate: maker.sampleRate))
        let again = try maker.renewed(example, background: [])
        #expect(again == example)
    }

    /// Another model may hear more of it; what examples are mixed with has this one's rate.
    @Test func aClipOfAnotherRateStaysWhatItWas() throws {
        let clip = Clip.sound(samples: (0..<48_000).map { Int16($0 % 200 * 40) }, sampleRate: 48_000)
        let other = Example(rows: [], clip: clip)
        let example = try #require(try maker.renewed(other, background: []))
        #expect(example.clip == clip && !example.rows.isEmpty)
        #expect(try maker.renewed(example, background: []) == example)
        let place = try #require(try maker.renewed(other, background: [], isBackground: true))
        if case .sound(_, maker.sampleRate)? = place.clip {} else { Issue.record("\(place.clip.debugDescription)") }
    }

    /// From a tenth of a second before the first sound to a tenth behind the last.
    @Test func aPauseInTheMiddleStays() {
        let rate = maker.sampleRate
        var samples = [Float](repeating: 0, count: 3 * rate)
        for index in rate..<rate * 5 / 4 { samples[index] = index % 2 == 0 ? 0.2 : -0.2 }
        for index in 2 * rate..<rate * 11 / 5 { samples[index] = index % 2 == 0 ? 0.1 : -0.1 }
        let range = LoudestStretch.withoutEnds(of: samples, sampleRate: rate)
        #expect(range == rate * 9 / 10..<rate * 23 / 10)
        #expect(LoudestStretch.withoutEnds(of: [Float](repeating: 0, count: rate), sampleRate: rate) == 0..<rate)
        #expect(LoudestStretch.withoutEnds(of: [], sampleRate: rate) == 0..<0)
    }

    /// What a place sounds like is the quiet in it as well.
    @Test func ofABackgroundNothingIsLeftOut() throws {
        let samples = tone(in: 2.5)
        let example = try #require(maker.backgrounds(of: samples).first)
        #expect(copies(example) != copies(maker.example(of: trimmed(samples), background: [])))
        let again = try maker.renewed(example, background: [], isBackground: true)
        #expect(again == example)
    }

    /// Of a long one there are pieces of three windows from its first sample to its last, and no more than eight.
    @Test(arguments: [(2.5, 1), (3, 1), (3.25, 2), (8, 3), (100, 8)])
    func aLongBackgroundIsHeardFromBeginningToEnd(windows: Double, pieces: Int) throws {
        let samples = (0..<Int(windows * Double(maker.samplesPerWindow))).map { Float($0 % 20011) / 32768 }
        let clips = maker.backgrounds(of: samples).map { example -> [Int16] in
            if case .sound(let clip, maker.sampleRate)? = example.clip { clip } else { [] }
        }
        #expect(clips.count == pieces)
        #expect(clips.allSatisfy { $0.count == min(samples.count, 3 * maker.samplesPerWindow) })
        #expect(clips.first?.first == Int16(samples[0] * 32768))
        #expect(clips.last?.last == Int16(samples[samples.count - 1] * 32768))
        #expect(maker.backgrounds(of: [] as [Float]).isEmpty)
    }

    /// Little more than a window is taken as it is.
    @Test func ofAShortClipNothingIsLeftOut() {
        let samples = tone(in: 1.25)
        let example = maker.example(of: samples, background: [])
        #expect(copies(example) != copies(maker.example(of: trimmed(samples), background: [])))
    }

    /// Where it is known what the place sounds like, an example is listened for in it, and a part of it is not it. A
    /// background itself is none of that.
    @Test func aKnownPlaceIsMixedIn() throws {
        let samples = tone(in: 1.25)
        let alone = maker.example(of: samples, background: [])
        let hum = (0..<3 * maker.sampleRate).map { Float($0 % 80 < 40 ? 100 : -100) / 32768 }
        let place = maker.backgrounds(of: hum)
        let example = maker.example(of: samples, background: place)
        #expect(example.rows.count == alone.rows.count + 6 * width)
        #expect(example.parts.count == 7 * width)
        #expect(alone.parts.isEmpty)
        let again = try maker.renewed(example, background: place)
        #expect(again == example)
        let other = try #require(maker.backgrounds(of: samples).first)
        #expect(other.parts.isEmpty && other.rows.count == alone.rows.count)
        // Silence is no place to be told from.
        let silence = [Example(rows: [], clip: .sound(samples: [0, 0, 0], sampleRate: maker.sampleRate))]
        #expect(maker.example(of: samples, background: silence).rows == alone.rows)
    }
}

/// By a model that is read out over its last stretch besides.
@Suite(.enabled(if: TestPaths.hasModel("sound.gguf"), "models/ is empty")) struct StretchExampleTests {
    private let maker: ExampleMaker
    private let width: Int
    /// Samples of a stretch.
    private let stretch: Int

    init() throws {
        let model = try LoadedModel(path: TestPaths.package.appendingPathComponent("models/sound.gguf").path)
        maker = try ExampleMaker(model, engine: EngineSettings(), keepsClips: true)
        let description = model.model.description
        width = description.learningWidth
        let learning = try #require(description.learning)
        try #require(learning.stretch > 1)
        stretch = try SoundGeometry(description.input).endOfPatch(learning.stretch - 1)
    }

    private func tone(seconds: Double) -> [Float] {
        (0..<Int(seconds * Double(maker.sampleRate))).map {
            Float((9000 * sin(2 * .pi * 700 * Double($0) / Double(maker.sampleRate))).rounded()) / 32768
        }
    }

    /// One of the window, five copies, and one for each half stretch and for the end: of one and less than one it is
    /// one.
    @Test(arguments: [(0.2, 1), (1, 1), (1.6, 3), (2.1, 4)])
    func aSoundIsHeardByStretches(stretches: Double, rows: Int) throws {
        let samples = tone(seconds: stretches * Double(stretch) / Double(maker.sampleRate))
        #expect(maker.example(of: samples, background: []).rows.count == (6 + rows) * width)
        // In a place that is known there are six more, in its noise.
        let hum = (0..<3 * maker.sampleRate).map { Float($0 % 80 < 40 ? 100 : -100) / 32768 }
        let place = maker.backgrounds(of: hum)
        let example = maker.example(of: samples, background: place)
        #expect(example.rows.count == (12 + rows) * width && example.parts.isEmpty)
        #expect(try maker.renewed(example, background: place) == example)
    }

    /// What is quiet around a sound is not in its stretches, but in its window; of a place all is.
    @Test func quietAroundItIsLeftOut() throws {
        let silence = [Float](repeating: 0, count: maker.sampleRate / 2)
        let alone = tone(seconds: 0.8)
        func last(_ example: Example) -> ArraySlice<Float> { example.rows.suffix(width) }
        let among = maker.example(of: silence + alone + silence, background: [])
        // To a tenth of a second, which is left before and behind.
        let tenth = silence.prefix(maker.sampleRate / 10)
        #expect(last(among) == last(maker.example(of: tenth + alone + tenth, background: [])))
        #expect(among.rows.prefix(width) != maker.example(of: alone, background: []).rows.prefix(width))
        let place = try #require(maker.backgrounds(of: silence + alone + silence).first)
        #expect(last(place) != last(among))
    }

    /// However long, no more rows than a file of labels takes.
    @Test func aLongSoundHasNoMoreRowsThanThereMayBe() throws {
        let samples = tone(seconds: 60)
        let hum = (0..<3 * maker.sampleRate).map { Float($0 % 80 < 40 ? 100 : -100) / 32768 }
        let example = maker.example(of: samples, background: maker.backgrounds(of: hum))
        #expect(example.rows.count / width <= LearningLimits.copies && example.rows.count > 20 * width)
    }
}

/// By models that see more and less of a picture.
@Suite(.enabled(if: ["image.gguf", "fashion.gguf"].allSatisfy(TestPaths.hasModel), "models/ is empty"))
struct RenewedPictureTests {
    private func maker(_ name: String) throws -> ExampleMaker {
        let model = try LoadedModel(path: TestPaths.package.appendingPathComponent("models/\(name)").path)
        return try ExampleMaker(model, engine: EngineSettings(), keepsClips: true)
    }

    @Test func aModelThatSeesLessLosesNothingOfAPicture() throws {
        let (large, small) = (try maker("image.gguf"), try maker("fashion.gguf"))
        let pixels = (0..<32 * 32 * 3).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        let made = pixels.withUnsafeBufferPointer { pixels in
            pixels.baseAddress.map {
                large.example(of: PixelView(pixels: $0, width: 32, height: 32, channels: 3))
            }
        }
        let example = try #require(made)
        let renewed = try #require(try small.renewed(example, background: []))
        #expect(renewed.rows != example.rows && renewed.clip == example.clip && example.clip != nil)
        #expect(try large.renewed(renewed, background: []) == example)
    }
}
