import Glibc
import TacitDiagnostics
import TacitFrontEnd
import TacitLearning
import TacitMedia
import TacitModelFile

/// Makes examples of sounds or pictures, as one model understands them.
package final class ExampleMaker {
    private enum Sense {
        case sounds(SoundExamples)
        case pictures(PictureExamples, PictureFileReader)
    }

    private let sense: Sense
    /// What the model takes.
    package let input: InputDescription

    /// - Parameters:
    ///   - model: to teach labels to; labels that were taught already don't count.
    ///   - engine: threads and instruction set.
    ///   - keepsClips: whether an example keeps what it was made of.
    /// - Throws: `TacitError` for a model of tokens.
    package init(_ model: LoadedModel, engine: EngineSettings, keepsClips: Bool) throws {
        let description = model.model.description
        guard description.learningWidth <= LearningLimits.width else {
            throw TacitError.badData(
                model.path, at: "learning.width",
                "labels are learned by \(description.learningWidth) elements, expected at most \(LearningLimits.width)")
        }
        input = model.description.input
        switch description.input.sense {
        case .sound: sense = .sounds(try SoundExamples(model, engine: engine, keepsClips: keepsClips))
        case .pictures:
            sense = .pictures(
                try PictureExamples(model, engine: engine, keepsClips: keepsClips), try PictureFileReader())
        case .tokens:
            throw TacitError.badData(model.path, at: "input", "a model of tokens learns no labels")
        }
    }

    private var sounds: SoundExamples? { if case .sounds(let sounds) = sense { sounds } else { nil } }
    private var pictures: PictureExamples? { if case .pictures(let pictures, _) = sense { pictures } else { nil } }

    /// Samples of one window; 0 for pictures.
    package var samplesPerWindow: Int { sounds?.samplesPerWindow ?? 0 }
    /// Hertz of the samples that the model takes; 0 for pictures.
    package var sampleRate: Int { sounds?.sampleRate ?? 0 }

    // MARK: Files

    /// Of a long sound its loudest part, of a few windows; of a background pieces of all of it.
    ///
    /// - Parameters:
    ///   - material: what has been read.
    ///   - path: of its file, if it has one.
    ///   - background: what the place sounds like, to mix with.
    ///   - isBackground: whether it is of the place itself, when nothing happens.
    /// - Throws: `TacitError` (bad data) naming the file, where nothing is heard that could be an example; a background may be
    ///   silent.
    package func examples(
        of material: TeachingMaterial, from path: String? = nil, background: [Example], isBackground: Bool = false
    ) throws -> [Example] {
        if !isBackground, let silence = material.silence { throw TacitError(.badData, file: path, silence) }
        switch material {
        case .picture(let view): return [example(of: view, isBackground: isBackground)]
        case .sound(let samples, _, _, _):
            return isBackground ? backgrounds(of: samples) : [example(of: samples, background: background)]
        }
    }

    /// What a file holds: of a sound its first ten minutes, of a longer background pieces of all of it, one behind the
    /// other.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - isBackground: whether it is of the place itself, when nothing happens.
    ///   - takesStandardInput: whether `-` is standard input, and no file of that name.
    /// - Throws: `TacitError` naming the file.
    package func material(
        of path: String, isBackground: Bool = false, takesStandardInput: Bool = false
    ) throws -> TeachingMaterial {
        let isDash = path == StandardInput.path
        switch sense {
        case .pictures(_, let reader):
            try reader.read(isDash && !takesStandardInput ? "./\(path)" : path)
            return .picture(PixelView(reader.frame))
        case .sounds(let sounds):
            let isInput = isDash && takesStandardInput
            do {
                let source =
                    try isInput
                    ? SoundSources.open(descriptor: STDIN_FILENO, name: StandardInput.name, sampleRate: sampleRate)
                    : SoundSources.open(path: path, sampleRate: sampleRate)
                return try sounds.material(of: source, isBackground: isBackground)
            } catch let error as TacitError {
                throw error.inFile(isInput ? StandardInput.name : path)
            }
        }
    }

    // MARK: Sounds

    /// Samples at the model's rate, -1...1, mono; of a long recording its loudest part.
    package func example(of samples: [Float], background: [Example], isTrimmed: Bool = false) -> Example {
        sounds?.example(of: samples, background: background, isTrimmed: isTrimmed) ?? .nothing
    }

    /// What the place sounds like: all of a short recording, of a long one pieces from its beginning to its end, each
    /// of a few windows. What is quiet in them counts too.
    package func backgrounds(of samples: [Float]) -> [Example] {
        sounds?.backgrounds(of: samples) ?? []
    }

    // MARK: Pictures

    /// A frame.
    package func example(of frame: FrameBuffer, isBackground: Bool = false) -> Example {
        example(of: PixelView(frame), isBackground: isBackground)
    }

    /// A picture of any size.
    package func example(of picture: PixelView, isBackground: Bool = false) -> Example {
        pictures?.example(of: picture, isBackground: isBackground) ?? .nothing
    }

    // MARK: Anew

    /// The same example as this model understands it; nil for one whose clip was not kept, or is of another sense.
    ///
    /// - Throws: `TacitError` (bad data) for a clip at a rate that there is no way from.
    package func renewed(_ example: Example, background: [Example], isBackground: Bool = false) throws -> Example? {
        switch (example.clip, sense) {
        case (.sound(let samples, let rate)?, .sounds(let sounds)):
            try sounds.example(ofClip: samples, at: rate, background: background, isBackground: isBackground)
        case (.picture(let pixels, let width, let height, let channels)?, .pictures(let pictures, _)):
            pixels.withUnsafeBufferPointer { pixels in
                pixels.baseAddress.map {
                    var renewed = pictures.example(
                        of: PixelView(pixels: $0, width: width, height: height, channels: channels),
                        isBackground: isBackground)
                    // Another model may see more of it than this one does.
                    if renewed.clip != nil { renewed.clip = example.clip }
                    return renewed
                }
            }
        default: nil
        }
    }
}

extension Example {
    /// Of what is not of the model's sense.
    fileprivate static var nothing: Example { Example(rows: [], clip: nil) }
}
