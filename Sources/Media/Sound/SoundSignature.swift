import Glibc
import TacitDiagnostics

/// What a sound's first bytes say it is.
enum SoundSignature {
    case wave
    /// Sony's Wave64.
    case wave64
    case flac
    case ogg
    case mpeg
    /// One of the formats that are left to libsndfile, or none that is known.
    case other(isKnown: Bool)
    /// A format that is not read, by its name.
    case unread(String)

    /// What is read, for messages.
    static let readable = "WAV, FLAC, Ogg (Vorbis, Opus, FLAC), MP3, AIFF, AU, CAF, W64"

    /// How far behind the beginning MPEG audio is looked for in a file. Zeros in front don't count, up to
    /// `ZeroRun.longest` of them.
    private static let mpegReach = 1 << 20
    private static let mpegFrames = 3
    /// How many must follow where it may as well be raw samples.
    private static let doubtfulFrames = 8
    /// As far into a live stream as a frame that was cut may reach, and how many frames must follow: a decision falls
    /// after a quarter of a second of raw samples at most.
    private static let liveReach = 1500
    private static let liveFrames = 4
    /// Zeros in front, of which a live stream of raw samples may as well have begun, that are waited for the end of.
    private static let liveZeros = ByteStream.maximumPeek - (1 << 14)

    /// Passes over tags, and over zeros in front of MPEG audio, up to where the sound begins.
    ///
    /// - Throws: `TacitError` (bad data) for an empty stream.
    static func find(in stream: ByteStream) throws -> SoundSignature {
        guard try !stream.peek(1).isEmpty else { throw TacitError(.badData, "the file is empty, expected a sound") }
        _ = try SoundTags.skip(stream)
        if let found = try magic(stream) { return found }
        if try isFreeFormat(stream) { return .mpeg }
        if let found = try skipToBeginning(stream, isText: isText(stream.peek(64))) { return found }
        if try skipToMPEG(stream) { return .mpeg }
        return .other(isKnown: false)
    }

    /// The same for standard input: nil for what looks like no sound file, and is raw samples then. Of a pipe no more
    /// is waited for than it takes to tell.
    static func findOrRaw(in stream: ByteStream) throws -> SoundSignature? {
        let start = try stream.peek(12)
        if start.starts(with: Array("ID3".utf8)), start.count >= 10, start[3] < 0xff, start[4] < 0xff {
            return try find(in: stream)
        }
        if let found = try magic(stream) { return found }
        if try isFreeFormat(stream) { return .mpeg }
        if try isText(stream.peek(64)) {
            // The answer of a server, as radio is saved: samples are nothing like it.
            return try skipToBeginning(stream, isText: true) ?? (skipToMPEG(stream) ? .mpeg : nil)
        }
        if let found = try skipZeros(stream) { return found }
        if stream.isRegularFile {
            return try skipToMPEG(stream, frames: doubtfulFrames) ? .mpeg : nil
        }
        var count = 64
        while true {
            let bytes = try stream.peek(count)
            let isEnd = bytes.count < count
            // Silence, or what stands before MPEG audio that was cut out of something: what follows it tells.
            let zeros = bytes.firstIndex { $0 != 0 } ?? bytes.count
            if zeros == bytes.count, zeros < liveZeros, !isEnd {
                count = bytes.count + 1
                continue
            }
            switch MPEGSearch.find(
                in: bytes, isEnd: isEnd, starts: zeros + liveReach, frames: liveFrames, passed: -zeros)
            {
            case .begins(let place):
                try stream.skip(place)
                return .mpeg
            case .absent: return nil
            case .undecided where isEnd || bytes.count == ByteStream.maximumPeek: return nil
            case .undecided: count = bytes.count + 1
            }
        }
    }

    /// Passes over whatever stands before MPEG audio, as a WAV's header does.
    static func findMPEG(in stream: ByteStream) throws -> SoundSignature? {
        try skipToMPEG(stream) ? .mpeg : nil
    }

    func decoder(_ stream: ByteStream) throws -> any SoundDecoder {
        switch self {
        case .wave: try WaveDecoder.open(stream)
        case .wave64: try Wave64.decoder(stream)
        case .flac: try FLACDecoder(stream)
        case .ogg: try OggDecoder(stream)
        case .mpeg: try MPEGDecoder(stream)
        case .other(let isKnown): try SndfileDecoder(stream, isKnown: isKnown)
        case .unread(let format): throw Self.unread(format, stream)
        }
    }

    static func unread(_ format: String, _ stream: ByteStream) -> TacitError {
        TacitError(.badData, "\(format), which is not read here: \(remedy(stream))")
    }

    /// The one command that makes a readable sound of what ffmpeg knows.
    static func remedy(_ stream: ByteStream) -> String {
        guard stream.descriptor != STDIN_FILENO, stream.isRegularFile else {
            return "send it through 'ffmpeg -i - -f wav -'"
        }
        let name = stream.name
        let isPlain = name.utf8.allSatisfy {
            $0 >= 0x80 || $0.isASCIIDigit || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a)
                || [0x2e, 0x2f, 0x2d, 0x5f].contains($0)
        }
        let dot = name.utf8.lastIndex(of: 0x2e)
        // Never over the file itself.
        let stem = dot.map { name[$0...].lowercased() == ".wav" ? name : String(name[..<$0]) } ?? name
        return isPlain && !name.hasPrefix("-")
            ? "'ffmpeg -i \(name) \(stem).wav' makes a WAV of it" : "'ffmpeg -i FILE FILE.wav' makes a WAV of it"
    }

    // MARK: -

    /// What a FLAC and an Ogg stream begin with, which nothing else holds by chance.
    private static let beginnings: [(mark: ByteMark, signature: SoundSignature)] = [
        (.flac, .flac),
        (ByteMark("OggS", [(0, 0xff), (2, 0xff)]), .ogg),
    ]

    private static let longestMark = 8

    /// What a WAV begins with, which other files may hold amid them.
    private static let waveBeginning = ByteMark(
        "RIFF", [(UInt8, UInt8)](repeating: (0, 0), count: 4) + Array("WAVE".utf8).map { ($0, 0xff) })

    /// Passes over what stands before one of these, as the answer of a server that was saved with it; else over
    /// nothing.
    ///
    /// - Parameter isText: whether text stands in front.
    private static func skipToBeginning(_ stream: ByteStream, isText: Bool) throws -> SoundSignature? {
        let bytes = try stream.peek(ByteStream.maximumPeek)
        let known = beginnings + (isText ? [(waveBeginning, .wave)] : [])
        let found = known.map { (place: $0.mark.place(in: bytes, bytes.count, 0), mark: $0.mark, $0.signature) }
            .min { $0.place < $1.place }
        guard let found, found.place + found.mark.count <= bytes.count else { return nil }
        try stream.skip(found.place)
        return found.2
    }

    /// Passes over zeros in front of one of these; else over nothing.
    private static func skipZeros(_ stream: ByteStream) throws -> SoundSignature? {
        var count = longestMark
        while true {
            let bytes = try stream.peek(count)
            let zeros = bytes.firstIndex { $0 != 0 } ?? bytes.count
            guard zeros > 0, zeros < liveZeros else { return nil }
            guard zeros + longestMark > bytes.count, bytes.count >= count else {
                guard let found = beginnings.first(where: { $0.mark.isAt(zeros, in: bytes) }) else { return nil }
                try stream.skip(zeros)
                return found.signature
            }
            count = zeros + longestMark
        }
    }

    /// Passes over what stands before MPEG audio, if there is any; else over nothing, but in a pipe over zeros.
    private static func skipToMPEG(_ stream: ByteStream, frames: Int = mpegFrames) throws -> Bool {
        let starts = ByteStream.maximumPeek - (MPEGSearch.farFrames + 1) * MPEGHeader.maximumFrameBytes
        guard let origin = stream.fileOffset else {
            while true {
                let bytes = try stream.peek(ByteStream.maximumPeek)
                let isEnd = bytes.count < ByteStream.maximumPeek
                let zeros = bytes.firstIndex { $0 != 0 } ?? bytes.count
                if zeros > 0 {
                    try stream.skip(zeros)
                    if zeros == bytes.count, isEnd { return false }
                    continue
                }
                guard
                    case .begins(let place) = MPEGSearch.find(
                        in: bytes, isEnd: isEnd, starts: isEnd ? bytes.count : starts, frames: frames)
                else { return false }
                try stream.skip(place)
                return true
            }
        }
        let window = UnsafeMutableRawBufferPointer.allocate(byteCount: ByteStream.maximumPeek, alignment: 16)
        defer { window.deallocate() }
        var passed = 0
        var place = 0
        while true {
            let bytes = UnsafeRawBufferPointer(rebasing: window[..<(try fill(window, stream, at: origin + place))])
            let isEnd = bytes.count < window.count
            if passed == 0 {
                let zeros = bytes.firstIndex { $0 != 0 } ?? bytes.count
                if zeros > 0 {
                    if zeros == bytes.count, isEnd || place > ZeroRun.longest { return false }
                    place += zeros
                    continue
                }
            }
            if case .begins(let start) = MPEGSearch.find(
                in: bytes, isEnd: isEnd, starts: isEnd ? bytes.count : starts, frames: frames, passed: passed)
            {
                try stream.skip(place + start)
                return true
            }
            passed += starts
            place += starts
            if isEnd || passed >= mpegReach { return false }
        }
    }

    /// Reads from a place of a file, without passing over anything.
    private static func fill(
        _ window: UnsafeMutableRawBufferPointer, _ stream: ByteStream, at place: Int
    ) throws -> Int {
        var filled = 0
        while filled < window.count {
            let count = pread(
                stream.descriptor, window.baseAddress.map { $0 + filled }, window.count - filled,
                off_t(place + filled))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TacitError.system(.inputOutput) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    private static func magic(_ stream: ByteStream) throws -> SoundSignature? {
        let head = [UInt8](try stream.peek(16).prefix(16))
        func has(_ text: String, at place: Int = 0) -> Bool {
            head.count >= place + text.utf8.count && head[place...].starts(with: text.utf8)
        }
        if has("RIFF") || has("RF64") || has("BW64") {
            if has("WAVE", at: 8) { return .wave }
            if has("WEBP", at: 8) { throw TacitError(.badData, "a picture (WebP), expected a sound") }
            if has("AVI ", at: 8) { return .unread("a film (AVI)") }
        }
        if has("fLaC") { return .flac }
        if has("OggS\0") { return .ogg }
        if (has("FORM") && (has("AIFF", at: 8) || has("AIFC", at: 8) || has("8SVX", at: 8) || has("16SV", at: 8)))
            || (has("RIFX") && has("WAVE", at: 8)) || has("caff\0\u{1}") || has(".snd\0\0") || has("dns.")
            || has("Creative Voice F") || has("NIST_1A")
        {
            return .other(isKnown: true)
        }
        if has("riff\u{2e}") { return .wave64 }
        if has("ftyp", at: 4) { return .unread(try codecInMP4(stream)) }
        if has("#!AMR") { return .unread("AMR, as telephones record it") }
        if head.starts(with: [0x1a, 0x45, 0xdf, 0xa3]) { return .unread("WebM or Matroska") }
        if head.starts(with: [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11]) {
            return .unread("Windows Media (WMA)")
        }
        if try has("ADIF") || (head.count > 6 && isADTSHeader(head) && isADTS(stream.peek(8192))) {
            return .unread("AAC (ADTS)")
        }
        if head.starts(with: [0x89, 0x50, 0x4e, 0x47]) {
            throw TacitError(.badData, "a picture (PNG), expected a sound")
        }
        if head.starts(with: [0xff, 0xd8, 0xff]) { throw TacitError(.badData, "a picture (JPEG), expected a sound") }
        if has("GIF8") { throw TacitError(.badData, "a picture (GIF), expected a sound") }
        if has("GGUF") { throw TacitError(.badData, "a model, expected a sound") }
        if has("MThd") { return .unread("MIDI, notes rather than sound") }
        if has("wvpk") { return .unread("WavPack") }
        if has("MAC ") { return .unread("Monkey's Audio") }
        if try RareSound.isRead({ try stream.peek($0) }) { return .other(isKnown: true) }
        return try RareSound.unread { try stream.peek($0) }.map { .unread($0) }
    }

    private static func isFreeFormat(_ stream: ByteStream) throws -> Bool {
        // No more is waited for than where it may be.
        guard try MPEGSearch.looksFree(stream.peek(MPEGHeader.byteCount)) else { return false }
        return MPEGSearch.isFreeFormat(try stream.peek(MPEGSearch.freeBytes))
    }

    /// Whether text stands in front: 64 bytes of it, all that there are, or fewer with an empty line, which the head of
    /// an answer ends with.
    private static func isText(_ bytes: some Collection<UInt8>) -> Bool {
        let text = bytes.prefix(64).prefix { (0x20...0x7e).contains($0) || [0x09, 0x0a, 0x0d].contains($0) }
        guard text.count >= 16 else { return false }
        return text.count == min(64, bytes.count) || String(decoding: text, as: UTF8.self).contains("\r\n\r\n")
    }

    private static func isADTSHeader(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.first == 0xff && bytes.dropFirst().first.map { $0 & 0xf6 == 0xf0 } == true
    }

    /// AAC's own frames, three in a row.
    private static func isADTS(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        for _ in 0..<3 {
            guard place + 7 <= bytes.count, isADTSHeader(bytes[place...]) else { return false }
            let length = Int(bytes[place + 3] & 3) << 11 | Int(bytes[place + 4]) << 3 | Int(bytes[place + 5]) >> 5
            guard length >= 7 else { return false }
            place += length
        }
        return true
    }

    /// By the names of its tracks' formats, which stand near the file's beginning or its end.
    private static func codecInMP4(_ stream: ByteStream) throws -> String {
        var bytes = [UInt8](try stream.peek(stream.isRegularFile ? ByteStream.maximumPeek : 16))
        var status = stat()
        if fstat(stream.descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
            let size = min(Int(status.st_size), ByteStream.maximumPeek)
            var tail = [UInt8](repeating: 0, count: size)
            let count = pread(stream.descriptor, &tail, size, off_t(Int(status.st_size) - size))
            bytes += tail[..<max(0, count)]
        }
        func has(_ name: String) -> Bool {
            let name = Array(name.utf8)
            return bytes.indices.dropLast(3).contains { bytes[$0] == name[0] && bytes[$0..<$0 + 4].elementsEqual(name) }
        }
        if isMP3(bytes) { return "MP3 in MP4" }
        if has("mp4a") { return "AAC in MP4" }
        // QuickTime's own word for it, which is in names of files as well.
        if has(".mp3") { return "MP3 in MP4" }
        if has("fLaC") { return "FLAC in MP4" }
        if has("alac") { return "ALAC in MP4" }
        if has("samr") || has("sawb") { return "AMR in 3GP" }
        if has("Opus") { return "Opus in MP4" }
        return "MP4 (AAC, as a rule)"
    }

    /// Whether the track's description says so: MP4 has MP3 under the name of AAC.
    private static func isMP3(_ bytes: [UInt8]) -> Bool {
        let name = Array("esds".utf8)
        guard let start = bytes.indices.dropLast(3).first(where: { bytes[$0..<$0 + 4].elementsEqual(name) }) else {
            return false
        }
        // Behind a version: two descriptors, each with a number and a length of seven bits a byte, one in the other.
        var rest = bytes[(start + 4)...].dropFirst(4)
        for (number, passed) in [(UInt8(3), 3), (4, 0)] {
            guard rest.popFirst() == number else { return false }
            while let length = rest.popFirst(), length & 0x80 != 0 {}
            rest = rest.dropFirst(passed)
        }
        return rest.first == 0x69 || rest.first == 0x6b
    }
}
