import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

@Suite struct RawSourceTests {
    /// A pipe, whose write end a thread feeds.
    private func pipe(nonBlocking: Bool = false) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        #expect(Glibc.pipe(&ends) == 0)
        if nonBlocking { _ = fcntl(ends[0], F_SETFL, O_NONBLOCK) }
        return (ends[0], ends[1])
    }

    private func feed(_ descriptor: Int32, _ bytes: [UInt8], pieces: Int, thenClose: Bool = true) {
        Thread.detachNewThread {
            var start = 0
            while start < bytes.count {
                let count = min(pieces, bytes.count - start)
                let written = bytes[start..<start + count].withUnsafeBytes { write(descriptor, $0.baseAddress, count) }
                guard written > 0 else { break }
                start += written
                if start % 1000 < pieces { sched_yield() }
            }
            if thenClose { close(descriptor) }
        }
    }

    private func samples(_ count: Int) -> [Int16] {
        var random = RandomNumbers(seed: 1)
        return [.min, .max] + (0..<count - 2).map { _ in Int16.random(in: .min ... .max, using: &random) }
    }

    @Test(arguments: [1, 2, 6], [1, 3, 4096, 1 << 20])
    func samplesComeThrough(channels: Int, pieces: Int) throws {
        let samples = samples(6000)
        for nonBlocking in [false, true] {
            let ends = pipe(nonBlocking: nonBlocking)
            defer { close(ends.read) }
            feed(ends.write, samples.flatMap(littleEndian), pieces: pieces)
            let source = try RawSource(descriptor: ends.read, sampleRate: 16000, channels: channels)
            let expected = stride(from: 0, to: samples.count, by: channels).map { start in
                Float(samples[start..<start + channels].reduce(0) { $0 + Int($1) }) / 32768 / Float(channels)
            }
            #expect(try Drained(source, room: 500).samples == expected)
            #expect(source.leftOverBytes == 0)
        }
    }

    @Test func aCutFrameIsLeftOut() throws {
        for (channels, bytes, frames, left) in [(1, 7, 3, 1), (2, 4003, 1000, 3), (6, 11, 0, 11), (1, 0, 0, 0)] {
            let ends = pipe()
            defer { close(ends.read) }
            feed(ends.write, [UInt8](repeating: 1, count: bytes), pieces: 5)
            let source = try RawSource(descriptor: ends.read, sampleRate: 16000, channels: channels)
            #expect(try Drained(source).samples.count == frames)
            #expect(source.leftOverBytes == left)
        }
    }

    @Test func aWaitIsCalledOff() throws {
        let ends = pipe()
        let stop = pipe()
        defer { for end in [ends.read, ends.write, stop.read, stop.write] { close(end) } }
        feed(stop.write, [1], pieces: 1, thenClose: false)
        let source = try RawSource(descriptor: ends.read, sampleRate: 16000, stopDescriptor: stop.read)
        #expect(try Drained(source).samples.isEmpty)
    }

    @Test func whatCannotBeReadIsAnError() throws {
        let folder = open("/", O_RDONLY)
        defer { close(folder) }
        for descriptor in [folder, 9999] {
            let source = try RawSource(descriptor: descriptor, name: "there", sampleRate: 16000)
            do {
                _ = try Drained(source)
                Issue.record("read without an error")
            } catch let error as TacitError {
                #expect(error.kind == .noInput)
                #expect(error.description.hasPrefix("there: "))
            }
        }
    }

    @Test(arguments: [(0, 1), (-1, 1), (.max, 1), (16000, 0), (16000, -1), (16000, 100_000)])
    func impossibleSettingsAreUsageErrors(rate: Int, channels: Int) {
        do {
            _ = try RawSource(descriptor: 0, sampleRate: rate, channels: channels)
            Issue.record("accepted")
        } catch {
            #expect((error as? TacitError)?.kind == .usage)
        }
    }

    /// The same sound is the same bits from a file and raw.
    @Test(arguments: [1, 2, 6])
    func rawAndFileAgree(channels: Int) throws {
        let samples = samples(1200 * channels)
        let folder = try TemporaryFolder()
        let wav = try folder.write("a.wav", WaveFile.bytes(samples, rate: 16000, channels: UInt16(channels)))
        let raw = try folder.write("a.raw", samples.flatMap(littleEndian))
        let descriptor = open(raw, O_RDONLY)
        defer { close(descriptor) }
        let fromFile = try Drained(try SoundFileSource(path: wav)).samples
        let fromRaw = try Drained(try RawSource(descriptor: descriptor, sampleRate: 16000, channels: channels)).samples
        #expect(fromFile.map(\.bitPattern) == fromRaw.map(\.bitPattern))
    }
}
