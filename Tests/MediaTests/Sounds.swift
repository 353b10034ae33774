import CTacitSndfile
import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport

/// Writes a sound by libsndfile; `samples` are interleaved.
func writeSound(_ path: String, _ samples: [Float], rate: Int, channels: Int, format: Int32) throws {
    var info = SF_INFO()
    info.samplerate = Int32(rate)
    info.channels = Int32(channels)
    info.format = format
    guard let file = sf_open(path, Int32(SFM_WRITE), &info) else {
        throw SoundNotWritten(reason: String(cString: sf_strerror(nil)))
    }
    defer { sf_close(file) }
    let frames = sf_count_t(samples.count / channels)
    guard sf_writef_float(file, samples, frames) == frames else {
        throw SoundNotWritten(reason: String(cString: sf_strerror(file)))
    }
}

struct SoundNotWritten: Error {
    let reason: String
}

func sine(_ frequency: Double, rate: Int, count: Int, amplitude: Double = 0.5, phase: Double = 0) -> [Float] {
    (0..<count).map { Float(amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate) + phase)) }
}

/// Power of `signal - reference` against that of `reference`, in decibels.
func errorDecibels(_ signal: ArraySlice<Float>, _ reference: ArraySlice<Float>) -> Double {
    let error = zip(signal, reference).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
    let power = reference.reduce(0.0) { $0 + pow(Double($1), 2) }
    return 10 * log10(error / power + 1e-30)
}

/// What becomes of a sound from a file, from standard input that is this file, and from standard input that is a pipe.
///
/// - Parameters:
///   - bytes: of the sound; fewer than a pipe holds where it is going to be refused.
///   - folder: takes the file.
///   - rate: hertz of raw samples.
func everyWay(_ bytes: [UInt8], in folder: TemporaryFolder, rate: Int = 8000) throws -> [Result<[Float], any Error>] {
    let path = try folder.write("sound", bytes)
    let file = open(path, O_RDONLY)
    defer { close(file) }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SoundNotWritten(reason: "no pipe") }
    defer { close(ends[0]) }
    let writing = ends[1]
    Thread {
        _ = bytes.withUnsafeBytes { FileBytes.write($0, to: writing) }
        close(writing)
    }.start()
    func standard(_ descriptor: Int32) -> Result<[Float], any Error> {
        Result {
            try Drained(
                StandardInputSource(
                    descriptor: descriptor, sampleRate: rate, rawRate: nil, rawChannels: 1, isRaw: false)
            ).samples
        }
    }
    return [Result { try Drained(try SoundFileSource(path: path)).samples }, standard(file), standard(ends[0])]
}

/// A source of given events, at most `most` samples at a time.
final class ScriptedSource: SampleSource {
    enum Step {
        case samples([Float])
        case gap(Int)
    }

    let sampleRate: Int
    private var steps: [Step]
    private let most: () -> Int

    init(sampleRate: Int, _ steps: [Step], most: @escaping () -> Int = { .max }) {
        self.sampleRate = sampleRate
        self.steps = steps
        self.most = most
    }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) -> SourceEvent {
        while let step = steps.first {
            switch step {
            case .gap(let samples):
                steps.removeFirst()
                return .gap(.init(samples: samples, reason: .overrun))
            case .samples(let samples):
                let count = min(samples.count, buffer.count, max(1, most()))
                if count == samples.count { steps.removeFirst() } else { steps[0] = .samples(Array(samples[count...])) }
                if count == 0 { continue }
                for index in 0..<count { buffer[index] = samples[index] }
                return .samples(count)
            }
        }
        return .end
    }
}
