import CTacitVorbisfile

/// The pages of an Ogg stream one after another, of whatever is multiplexed in it. What is no page is passed over.
final class OggPages {
    /// What a page's header states that counts where the rest of it is not there.
    struct Header {
        let serial: Int32
        /// Of the last packet that ends in the page.
        let position: Int
        let segments: Int

        fileprivate init(_ bytes: UnsafeRawBufferPointer) {
            serial = Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 14, as: Int32.self))
            position = Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 6, as: Int64.self)))
            segments = Int(bytes[26])
        }
    }

    /// What comes next.
    enum Found {
        /// A page by its checksum.
        case whole
        /// What has another checksum than it states: `mend` or `drop` it.
        case broken
        /// A page whose rest is cut off, or no page at all: `drop` it.
        case cut(Header)
        case end
    }

    let stream: ByteStream
    /// The page at hand, at most `maximumPage` bytes.
    private let bytes: UnsafeMutablePointer<UInt8>
    private var page = ogg_page()
    /// Bytes that are of no page, and of no tag either, up to now.
    private(set) var skipped = 0

    /// A header of 27 bytes, 255 lengths and as many segments of 255 bytes.
    private static let maximumPage = 27 + 255 + 255 * 255
    private static let capture = Array("OggS\0".utf8)
    private static let mark = ByteMark("OggS", [(0, 0xff)])

    init(_ stream: ByteStream) {
        self.stream = stream
        bytes = .allocate(capacity: Self.maximumPage)
    }

    deinit { bytes.deallocate() }

    // MARK: The page at hand

    var header: Header { Header(UnsafeRawBufferPointer(start: bytes, count: headerCount)) }
    var serial: Int32 { ogg_page_serialno(&page) }
    var number: UInt32 { UInt32(truncatingIfNeeded: ogg_page_pageno(&page)) }
    /// Packets that end in it.
    var packets: Int { Int(ogg_page_packets(&page)) }
    var isBeginning: Bool { ogg_page_bos(&page) != 0 }
    var isEnd: Bool { ogg_page_eos(&page) != 0 }

    var headerCount: Int { Int(page.header_len) }
    /// All of it.
    var contents: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: headerCount + body.count) }
    var body: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: page.body, count: Int(page.body_len)) }

    /// Has it state no position, as one in which no packet ends.
    func stateNoPosition() {
        for index in 6..<14 { bytes[index] = 0xff }
        ogg_page_checksum_set(&page)
    }

    /// Has it be one that others follow.
    func stateNoEnd() {
        bytes[5] &= ~4
        ogg_page_checksum_set(&page)
    }

    // MARK: The way through the stream

    /// How many bytes were passed over since this was asked last.
    func takeSkipped() -> Int {
        defer { skipped = 0 }
        return skipped
    }

    /// Goes on to the next page. One that is broken or cut is still to be mended or dropped.
    func next() throws -> Found {
        while true {
            let head = try stream.peek(27)
            guard head.count >= 27 else {
                try pass(head.count)
                return .end
            }
            guard head.starts(with: Self.capture) else {
                if let tag = SoundTags.byteCount(behind: head.bindMemory(to: UInt8.self)) {
                    try stream.skip(tag)
                } else {
                    try pass(max(1, next(in: head)))
                }
                continue
            }
            let headerBytes = 27 + Int(head[26])
            let table = try stream.peek(headerBytes)
            guard table.count >= headerBytes else {
                try pass(table.count)
                return .end
            }
            let pageBytes = table[27..<headerBytes].reduce(headerBytes) { $0 + Int($1) }
            let whole = try stream.peek(pageBytes)
            guard let base = whole.baseAddress, whole.count >= pageBytes else { return .cut(Header(whole)) }
            bytes.update(from: base.assumingMemoryBound(to: UInt8.self), count: pageBytes)
            page = ogg_page(
                header: bytes, header_len: headerBytes, body: bytes + headerBytes, body_len: pageBytes - headerBytes)
            let stated = (bytes[22], bytes[23], bytes[24], bytes[25])
            ogg_page_checksum_set(&page)
            guard stated == (bytes[22], bytes[23], bytes[24], bytes[25]) else { return .broken }
            try stream.skip(pageBytes)
            return .whole
        }
    }

    /// Whether a broken page is all there, by what is behind it.
    func isComplete() throws -> Bool {
        let count = contents.count
        let behind = try stream.peek(count + Self.capture.count)
        guard
            behind.count == count
                || behind.count >= count + Self.capture.count && behind[count...].starts(with: Self.capture)
        else { return false }
        // A page inside this one means that part of this one is missing.
        return Self.mark.place(in: body, body.count, 0) + Self.mark.count > body.count
    }

    /// Takes a broken page for a whole one, with its own checksum and no position.
    func mend() throws {
        // Its position, by which a decoder cuts off what is too much, may be what was damaged.
        stateNoPosition()
        try stream.skip(contents.count)
    }

    /// Passes over the first byte of what is broken or cut.
    func drop() throws { try pass(1) }

    /// Passes over `count` bytes that begin no page; zeros, as some programs fill up with, don't count.
    private func pass(_ count: Int) throws {
        let bytes = try stream.peek(count).prefix(count)
        if bytes.contains(where: { $0 != 0 }) { skipped += bytes.count }
        try stream.skip(count)
    }

    /// Where another page may begin behind the first byte.
    private func next(in bytes: UnsafeRawBufferPointer) -> Int {
        bytes.dropFirst().firstIndex(of: Self.capture[0]) ?? bytes.count
    }
}
