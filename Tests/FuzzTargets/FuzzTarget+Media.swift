import TacitDiagnostics
import TacitMedia

extension FuzzTarget {
    /// What a sound, a picture or a stream of them may hold.
    static let media = [
        // Formats are told apart by their first bytes, raw samples among them.
        FuzzTarget("sound", longest: 16_384) { bytes in
            try MemoryFile.with(bytes) { descriptor, _ in
                try drain(
                    StandardInputSource(
                        descriptor: descriptor, sampleRate: 16_000, rawRate: nil, rawChannels: 1, isRaw: false))
            }
        },
        FuzzTarget("sound-file", longest: 16_384) { bytes in
            try MemoryFile.with(bytes) { _, path in
                try drain(SoundSources.open(path: path, sampleRate: 16_000))
            }
        },
        FuzzTarget("picture", longest: 8192) { bytes in
            let frame = FrameBuffer()
            try PictureDecoder().decode(bytes, into: frame)
            precondition(frame.byteCount > 0, "a picture has pixels")
        },
        FuzzTarget("exif") { bytes in
            // Of no picture that is whole: what is said of how it was held has to be found or not.
            _ = ExifOrientation.ofJPEG(bytes)
            _ = ExifOrientation.ofPNG(bytes)
            _ = ExifOrientation.ofWebP(bytes)
        },
        // A stream of pictures, headers of a multipart stream between them.
        FuzzTarget("mjpeg", longest: 16_384) { bytes in
            try MemoryFile.with(bytes) { descriptor, _ in
                try drain(MJPEGSource(descriptor: descriptor, rate: 25))
            }
        },
        // The same, cut into pieces as a network does: every picture once, in order, none longer than what came.
        FuzzTarget("jpeg-splitter") { bytes in split(bytes) },
        // Two bytes say the format, the size and the padding.
        FuzzTarget("raw-frames") { bytes in
            guard bytes.count > 2 else { return }
            let formats = PixelFormat.allCases.filter { $0 != .mjpeg }
            let format = formats[Int(bytes[0]) % formats.count]
            let width = 1 + Int(bytes[1] & 15)
            let height = 1 + Int(bytes[1] >> 4)
            let padding = Int(bytes[0] >> 4)
            try MemoryFile.with(UnsafeRawBufferPointer(rebasing: bytes[2...])) { descriptor, _ in
                try drain(
                    RawFrameSource(
                        descriptor: descriptor, width: width, height: height, format: format, rate: 25,
                        bytesPerRow: padding == 0 ? nil : format.bytesPerRow(width: width) + padding))
            }
        },
        FuzzTarget("tokens") { bytes in
            try MemoryFile.with(bytes) { _, path in
                _ = try TokenFile(path: path, vocabulary: 1024, codebooks: 2)
            }
        },
        FuzzTarget("token-lines") { bytes in
            var lines = TokenLines(bytes: Array(bytes), vocabulary: 1024, codebooks: 2)
            let tokens = try lines.parse()
            precondition(tokens.count.isMultiple(of: 2), "lines are whole")
            precondition(tokens.allSatisfy { (0..<1024).contains($0) }, "ids are within the vocabulary")
        },
    ]

    /// Reads to the end, or as much as an input of a few kilobytes is worth.
    private static func drain(_ source: any SampleSource) throws {
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: 4096)
        defer { buffer.deallocate() }
        for _ in 0..<256 {
            switch try source.read(into: buffer) {
            case .samples(let count):
                precondition((1...buffer.count).contains(count), "as many samples as there is room for")
                precondition(buffer[..<count].allSatisfy(\.isFinite), "samples are finite")
            case .gap(let gap): precondition(gap.samples >= 0, "time does not go back")
            case .end: return
            }
        }
    }

    private static func drain(_ source: any FrameSource) throws {
        while true {
            switch try source.read(notBefore: 0) {
            case .frame: precondition(source.frame.byteCount > 0, "a frame has pixels")
            case .end: return
            case .broken, .passed, .gap: continue
            }
        }
    }

    private static func split(_ bytes: UnsafeRawBufferPointer) {
        var whole = JPEGSplitter()
        var pieces = JPEGSplitter()
        var found: [[UInt8]] = []
        var foundInPieces: [[UInt8]] = []
        give(bytes, to: &whole, &found)
        var place = 0
        while place < bytes.count {
            let end = min(bytes.count, place + 1 + Int(bytes[place] & 63))
            give(UnsafeRawBufferPointer(rebasing: bytes[place..<end]), to: &pieces, &foundInPieces)
            place = end
        }
        precondition(found == foundInPieces, "pictures depend on how they came")
    }

    private static func give(_ bytes: UnsafeRawBufferPointer, to splitter: inout JPEGSplitter, _ found: inout [[UInt8]])
    {
        guard let room = splitter.room(), room.count >= bytes.count else { preconditionFailure("there is room") }
        UnsafeMutableRawBufferPointer(room).copyMemory(from: bytes)
        splitter.append(bytes.count)
        while let picture = splitter.next() { found.append(Array(picture)) }
    }
}
