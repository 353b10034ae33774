import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// Standard input that begins amid a stream: who joins a radio begins anywhere in it.
@Suite struct JoinedStreamTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = RandomNumbers(seed: seed)
        // Without the bytes that frames begin with.
        return (0..<count).map { _ in UInt8.random(in: 0x50...0xfe, using: &random) }
    }

    /// Frames of AAC, of lengths that vary, filled by what `fill` gives.
    private static func adts(_ frames: Int, fill: (Int, Int) -> [UInt8]) -> [UInt8] {
        (0..<frames).flatMap { index in
            let length = 300 + 31 * index % 97
            let head: [UInt8] = [
                0xff, 0xf1, 0x50, 0x80 | UInt8(length >> 11), UInt8(length >> 3 & 0xff), UInt8(length & 7) << 5 | 0x1f,
                0xfc,
            ]
            return head + fill(index, length - 7)
        }
    }

    private static func transport(_ packets: Int) -> [UInt8] {
        (0..<packets).flatMap { [0x47, 0x40, 0, 0x10 | UInt8($0 & 15)] + noise(184, seed: UInt64($0)) }
    }

    private static func page(_ seed: UInt64) -> [UInt8] {
        Array("OggS\0\0".utf8) + noise(20, seed: seed) + [2, 255, 10] + noise(265, seed: seed + 1)
    }

    private func error(_ bytes: [UInt8]) throws -> TacitError? {
        let pipe = try #require(everyWay(bytes, in: folder).last)
        return thrown(TacitError.self) { try pipe.get() }
    }

    @Test func whatIsJoinedIsNamed() throws {
        let front = Self.noise(211, seed: 1)
        let aac = Self.adts(20) { Self.noise($1, seed: UInt64($0)) }
        let streams = [
            ("AAC (ADTS)", aac), ("an MPEG transport stream", Self.transport(40)),
            ("Ogg", (0..<9).flatMap { Self.page($0) }),
        ]
        for (name, stream) in streams {
            let error = try error(front + stream)
            #expect(error?.kind == .badData && error?.place == "byte 211", "\(name): \(error?.place ?? "")")
            #expect(error?.reason.hasPrefix("\(name) begins here, behind bytes") == true, "\(error?.reason ?? "")")
        }
        // Far behind the beginning, where a window of the search has its end.
        for count in [27_000, 61_000] {
            let bytes = Self.noise(count, seed: 2) + aac + Self.noise(60_000, seed: 3)
            let file = open(try folder.write("sound", bytes), O_RDONLY)
            defer { close(file) }
            let source = StandardInputSource(
                descriptor: file, sampleRate: 8000, rawRate: nil, rawChannels: 1, isRaw: false)
            #expect(thrown(TacitError.self) { try Drained(source) }?.place == "byte \(count)")
        }
    }

    @Test func samplesAreNotTakenForThem() throws {
        // A tone whose period has a header; fewer frames and packets than are believed; letters.
        let tone = Self.adts(1) { Self.noise($1, seed: UInt64($0)) }
        let raw: [[UInt8]] = [
            Array([[UInt8]](repeating: tone, count: 60).joined()),
            Self.adts(6) { Self.noise($1, seed: UInt64($0)) } + Self.noise(3000, seed: 4),
            Self.transport(12) + Self.noise(3000, seed: 5),
            Self.noise(100, seed: 6) + Array("OggS\0\u{9}".utf8) + Self.noise(2000, seed: 7),
        ]
        for (index, bytes) in raw.enumerated() {
            let front = Self.noise(50, seed: 8)
            let way = try #require(everyWay(front + bytes, in: folder).last)
            #expect(try way.get().count == (front.count + bytes.count) / 2, "\(index)")
        }
    }

    /// The same with what an encoder makes.
    @Test(.enabled(if: FFmpeg.isThere, "ffmpeg is not installed"), arguments: ["adts", "mpegts"])
    func whatFFmpegWritesIsNamed(format: String) throws {
        let samples = sine(440, rate: 16_000, count: 48_000).map { Int16($0 * 32767) }
        let source = try folder.write("s.wav", WaveFile.bytes(samples, rate: 16_000))
        let path = folder.path("joined")
        #expect(FFmpeg.convert(source, ["-c:a", "aac", "-b:a", "64k", "-f", format], to: path))
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let reason = try error(Array(bytes[501...].prefix(60_000)))?.reason
        #expect(reason?.contains("begins here") == true && reason?.contains("ffmpeg -i -") == true, "\(reason ?? "")")
    }
}
