import Foundation
import Synchronization
import TacitDevices
import TacitDiagnostics
import TacitTestSupport
import Testing

/// Capture through libasound itself, from its own `file` plug-in over a FIFO, which a test writes a period at a time.
@Suite(.serialized) struct ALSADeviceTests {
    private static let rate = 16000

    /// What ALSA is configured to have, in a folder that lives as long as the tests.
    private static let folder: TemporaryFolder = {
        let folder = try! TemporaryFolder()
        let configuration = """
            </usr/share/alsa/alsa.conf>
            pcm.fifo { type file slave.pcm "null" file "/dev/null" infile "\(folder.path("fifo"))" format "raw" }
            pcm.only48 { type plug slave { pcm "null" rate 48000 } }
            pcm.fifo48 { type plug slave { pcm "fifo" rate 48000 } }
            pcm.onlyfloat { type lfloat slave { pcm "null" format S16_LE } }
            pcm.onlymulaw { type mulaw slave { pcm "null" format S16_LE } }
            pcm.onlystereo {
                type multi
                slaves.a { pcm "null" channels 2 }
                bindings.0 { slave a channel 0 }
                bindings.1 { slave a channel 1 }
            }
            """
        try! folder.write("asound.conf", configuration.utf8)
        setenv("ALSA_CONFIG_PATH", folder.path("asound.conf"), 1)
        return folder
    }()

    /// Writes `bytes` to the FIFO, `period` bytes at once, and stays a few periods ahead of the reader.
    private final class Writer: Sendable {
        let read = Atomic<Int>(0)
        private let isOver = Atomic<Bool>(false)

        init(_ path: String, _ bytes: [UInt8], period: Int) {
            Thread.detachNewThread { [self] in
                let descriptor = open(path, O_WRONLY)
                var start = 0
                while start < bytes.count, !isOver.load(ordering: .relaxed) {
                    while start - read.load(ordering: .relaxed) > 8 * period, !isOver.load(ordering: .relaxed) {
                        usleep(100)
                    }
                    let count = min(period, bytes.count - start)
                    let written = bytes[start..<start + count].withUnsafeBytes {
                        write(descriptor, $0.baseAddress, count)
                    }
                    guard written == count else { break }
                    start += count
                }
                // An end would be read as the last period again and again, as fast as can be.
                while !isOver.load(ordering: .relaxed) { usleep(1000) }
                close(descriptor)
            }
        }

        func finish() { isOver.store(true, ordering: .relaxed) }
    }

    /// The samples that a microphone of that name gives for these, and what was agreed with it.
    private func capture(
        _ device: String, _ samples: [Int16], rate: Int = Self.rate
    ) throws -> (samples: [Float], format: CaptureFormat) {
        let path = Self.folder.path("fifo")
        unlink(path)
        #expect(mkfifo(path, 0o600) == 0)
        let period = rate / 40 * 2
        let writer = Writer(path, samples.flatMap(littleEndian), period: period)
        defer { writer.finish() }
        let microphone = try Microphone(
            MicrophoneSettings(sampleRate: Self.rate), device: try ALSADevice(device)
        ) { _ in }
        var drained: [Float] = []
        var buffer = [Float](repeating: 0, count: 1000)
        while drained.count < samples.count {
            switch try buffer.withUnsafeMutableBufferPointer({ try microphone.read(into: $0) }) {
            case .samples(let count): drained += buffer[..<count]
            case let event:
                Issue.record("\(event)")
                return (drained, microphone.format)
            }
            writer.read.store(drained.count * 2, ordering: .relaxed)
        }
        return (drained, microphone.format)
    }

    private func noise(_ count: Int) -> [Int16] {
        var random = RandomNumbers(seed: 9)
        return (0..<count).map { _ in Int16.random(in: .min ... .max, using: &random) }
    }

    /// Sixteen bits, one channel, the wanted rate and 1/40 s are what is asked for first, and nothing is changed on the
    /// way.
    @Test func samplesComeThroughToTheLastBit() throws {
        let samples = noise(40 * 400)
        let captured = try capture("fifo", samples)
        let isSame = captured.samples.map(\.bitPattern) == samples.map { (Float($0) / 32768).bitPattern }
        #expect(isSame)
        #expect(captured.format.encoding == .signed16)
        #expect(captured.format.channels == 1)
        #expect(captured.format.sampleRate == 16000)
        #expect(captured.format.period == 400)
    }

    /// What is agreed on where the device can't do what is asked for first.
    @Test func theNextBestIsAgreedOn() throws {
        _ = Self.folder
        let float = try ALSADevice("onlyfloat").open(sampleRate: Self.rate, isFixed: false)
        #expect(float.encoding == .float32)
        #expect(float.channels == 1)
        #expect(float.sampleRate == 16000)
        let stereo = try ALSADevice("onlystereo").open(sampleRate: 11025, isFixed: true)
        #expect(stereo.encoding == .signed16)
        #expect(stereo.channels == 2)
        #expect(stereo.sampleRate == 11025)
        // 48 kHz is no multiple of 44.1 kHz, but the nearest above; and the highest, where more is wanted.
        #expect(try ALSADevice("only48").open(sampleRate: 44100, isFixed: false).sampleRate == 48000)
        #expect(try ALSADevice("only48").open(sampleRate: 96000, isFixed: false).sampleRate == 48000)
        #expect(throws: TacitError.self) { try ALSADevice("only48").open(sampleRate: 44100, isFixed: true) }
    }

    /// ALSA's own conversion is not used: the device's rate is what comes, for our resampler.
    @Test func anotherRateIsTakenAsItIs() throws {
        let samples = noise(40 * 1200)
        let captured = try capture("fifo48", samples, rate: 48000)
        #expect(captured.format.sampleRate == 48000)
        #expect(captured.format.period == 1200)
        let isSame = captured.samples == samples.map { Float($0) / 32768 }
        #expect(isSame)
    }

    @Test(arguments: ["no-such-microphone", "hw:31", "plughw:CARD=nobody", "usb-0000:00:14.0-1.2", "bad:::{"])
    func whatIsNotThereSaysSo(name: String) throws {
        _ = Self.folder
        let device = try ALSADevice(name)
        do {
            _ = try device.open(sampleRate: 16000, isFixed: false)
            Issue.record("opened")
        } catch {
            let error = try #require(error as? TacitError)
            #expect(error.kind == .deviceUnavailable)
            #expect(error.description.hasPrefix("\(name): "))
        }
    }

    /// Who only asks is told what who listens is.
    @Test func answersAreThoseToAListener() throws {
        _ = Self.folder
        for name in ["only48", "onlyfloat", "onlystereo"] {
            #expect(Microphones.answer(of: name, sampleRate: 16000) == .usable)
        }
        #expect(Microphones.answer(of: "no-such-microphone", sampleRate: 16000) == .failed(ENOENT))
        let device = try ALSADevice("onlymulaw")
        let refusal = thrown(TacitError.self) { try device.open(sampleRate: 16000, isFixed: false) }
        let reason = try #require(refusal?.reason)
        #expect(reason.hasPrefix("the microphone has none of the formats"))
        #expect(Microphones.answer(of: "onlymulaw", sampleRate: 16000) == .unusable(reason))
    }

    @Test(arguments: ["", " ", "two words", "line\nbreak", String(repeating: "x", count: 257)])
    func whatIsNoNameIsAUsageError(name: String) {
        do {
            _ = try ALSADevice(name)
            Issue.record("accepted")
        } catch {
            #expect((error as? TacitError)?.kind == .usage)
        }
    }
}
