/// Reads the PNG, WebP and GIF pictures that a stream begins with, each up to its own end, so that it can be shown
/// before the next one comes.
struct StillPictures {
    enum Next {
        /// One picture's bytes, all that there are of it.
        case picture(ArraySlice<UInt8>)
        /// What follows is none: what has been read of it.
        case other(ArraySlice<UInt8>)
        case tooLong
    }

    /// Read and not given out yet.
    private var bytes: [UInt8] = []

    /// - Throws: `TacitError` as the stream does.
    mutating func next(_ stream: ByteStream) throws -> Next {
        while bytes.count < PictureDecoder.stillHead {
            guard try readMore(stream) else { return .other(bytes[...]) }
        }
        guard bytes.withUnsafeBytes({ PictureDecoder.isStill($0) }) else { return .other(bytes[...]) }
        var extent = StillExtent()
        while true {
            if let end = extent.end(of: bytes), end <= bytes.count {
                let picture = bytes[..<end]
                bytes = Array(bytes[end...])
                return .picture(picture)
            }
            guard bytes.count <= PictureFileReader.maximumBytes else { return .tooLong }
            guard try readMore(stream) else {
                defer { bytes = [] }
                return .picture(bytes[...])
            }
        }
    }

    private mutating func readMore(_ stream: ByteStream) throws -> Bool {
        try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { piece in
            guard let base = piece.baseAddress else { return false }
            let received = try stream.read(into: base, count: piece.count)
            bytes.append(contentsOf: UnsafeRawBufferPointer(start: base, count: received))
            return received > 0
        }
    }
}
