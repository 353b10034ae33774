import CTacitVorbisfile
import TacitDiagnostics

/// The pages of an Ogg stream, sorted into links: streams of sound that follow one another, as internet radio and
/// joined files have them. What is multiplexed with the sound (pictures, an index) is passed over.
final class OggReader {
    enum Codec {
        case vorbis, opus, flac
    }

    let stream: ByteStream
    /// The page at hand, at most `maximumPage` bytes.
    private let bytes: UnsafeMutablePointer<UInt8>
    private var page = ogg_page()
    /// Bytes of `page` that have been handed on; `page` is of no use before the first.
    private var used = 0
    private var hasPage = false
    /// `page` begins the next link.
    private var isHeld = false
    /// The streams of the link at hand, and the one that is read.
    private var serials: [Int32] = []
    private var serial: Int32 = 0
    /// That one's first page, and how much of it has been handed on.
    private var head: [UInt8] = []
    private var headUsed = 0
    /// Where the stream that is read would end by the header of a page of which the rest is cut off.
    private var cutPosition: Int?
    /// Samples that the page holds at most which states it.
    private var cutSamples = 0
    /// Whether the checksum of the page at hand was mended.
    private var isMended = false
    /// What the stream that is read is coded in; nil while none is read.
    private var codec: Codec?
    /// Packets of its header that are still to come.
    private var headers = 0
    /// The number of its last page that was handed on, and whether that one was of sound.
    private var lastNumber: UInt32 = 0
    private var hasSound = false
    /// The last position that is stated: by a whole page, or by the header of a damaged one where it can be.
    private var stated = 0
    /// Samples at most of the damaged pages behind the last whole one.
    private var damagedSamples = 0
    /// Samples at most of the damaged pages in front of the first whole one with sound.
    private(set) var damagedFirst = 0
    /// Bytes that are of no page, and of no tag either, up to now.
    private(set) var skipped = 0

    /// Streams that may lie side by side.
    private static let maximumStreams = 64

    init(_ stream: ByteStream) {
        self.stream = stream
        bytes = .allocate(capacity: Self.maximumPage)
    }

    deinit { bytes.deallocate() }

    /// Goes to the next link.
    ///
    /// - Returns: what it is coded in; nil at the end.
    /// - Throws: `TacitError` (bad data) for one without sound that is read here.
    func nextLink() throws -> Codec? {
        // What a decoder has left of the link before.
        head = []
        while hasPage, !isHeld { try turn() }
        guard isHeld || hasPage else {
            guard try advance() else { return nil }
            guard isBeginning else { throw Self.headless }
            return try begin()
        }
        return try begin()
    }

    /// Reads on within the link; 0 at its end.
    func read(into buffer: UnsafeMutableRawPointer, count: Int) throws -> Int {
        if headUsed < head.count {
            let taken = min(count, head.count - headUsed)
            head.withUnsafeBytes { buffer.copyMemory(from: $0.baseAddress! + headUsed, byteCount: taken) }
            headUsed += taken
            return taken
        }
        while hasPage, !isHeld {
            let header = Int(page.header_len)
            let isHeader = used < header
            guard let part = isHeader ? page.header : page.body else { return 0 }
            let place = isHeader ? used : used - header
            let left = (isHeader ? header : Int(page.body_len)) - place
            if left == 0 {
                try turn()
                continue
            }
            let taken = min(count, left)
            buffer.copyMemory(from: part + place, byteCount: taken)
            used += taken
            return taken
        }
        return 0
    }

    /// To the next page of the stream that is read, if one is left before the next link.
    private func turn() throws {
        while try advance() {
            if isBeginning {
                isHeld = true
                return
            }
            let number = ogg_page_serialno(&page)
            if number == serial { return }
            guard serials.contains(number) else { throw Self.headless }
        }
    }

    /// From the first of the pages that begin a link, one of each of its streams, to the first one behind them that
    /// belongs to a stream of sound.
    private func begin() throws -> Codec? {
        isHeld = false
        cutPosition = nil
        codec = nil
        var names: [String] = []
        var sounds: [(serial: Int32, codec: Codec, page: [UInt8])] = []
        serials = []
        while hasPage {
            let number = ogg_page_serialno(&page)
            if isBeginning {
                // Twice the same, or pages between them: what began before has nothing but its first page.
                if serials.contains(number) || isHeld { (serials, names, sounds) = ([], [], []) }
                isHeld = false
                guard serials.count < Self.maximumStreams else {
                    throw TacitError(.badData, "Ogg with more than \(Self.maximumStreams) streams side by side")
                }
                serials.append(number)
                switch identify() {
                case .sound(let codec):
                    sounds.append(
                        (
                            number, codec,
                            Array(UnsafeBufferPointer(start: bytes, count: page.header_len + page.body_len))
                        ))
                case .other(let name): names.append(name)
                case .index: break
                }
            } else {
                if sounds.isEmpty { break }
                if let found = sounds.first(where: { $0.serial == number }) { return take(found) }
                guard serials.contains(number) else { throw Self.headless }
                isHeld = true
            }
            guard try advance() else { break }
        }
        if let first = sounds.first { return take(first) }
        throw SoundSignature.unread("Ogg with \(names.isEmpty ? "no sound" : names.joined(separator: ", "))", stream)
    }

    private func take(_ stream: (serial: Int32, codec: Codec, page: [UInt8])) -> Codec {
        isHeld = false
        serial = stream.serial
        head = stream.page
        headUsed = 0
        codec = stream.codec
        headers = stream.codec == .vorbis ? 2 : 1
        (lastNumber, hasSound, stated, damagedSamples, damagedFirst) = (0, false, 0, 0, 0)
        if hasPage, ogg_page_serialno(&page) == serial { noteWhole() }
        return stream.codec
    }

    /// The packet that the stream begins with, which is alone on its page.
    var firstPacket: [UInt8] { head.count > 26 ? Array(head.dropFirst(27 + Int(head[26]))) : [] }

    private enum Content {
        case sound(Codec)
        /// Sound or pictures that are not read, for people.
        case other(String)
        case index
    }

    /// What the stream is that the page at hand begins.
    private func identify() -> Content {
        let body = UnsafeRawBufferPointer(start: page.body, count: Int(page.body_len))
        func has(_ text: String) -> Bool { body.starts(with: text.utf8) }
        if has("\u{1}vorbis") { return .sound(.vorbis) }
        if has("OpusHead") { return .sound(.opus) }
        if has("\u{7f}FLAC") { return .sound(.flac) }
        if has("fishead") { return .index }
        if has("Speex   ") { return .other("Speex") }
        if body.starts(with: [0x80] + Array("theora".utf8)) { return .other("Theora, a film") }
        if has("BBCD") { return .other("Dirac, a film") }
        if body.starts(with: [0x80] + Array("kate".utf8)) || has("CMML") { return .other("subtitles") }
        return .other("an unknown codec")
    }

    private var isBeginning: Bool { ogg_page_bos(&page) != 0 }

    /// A header of 27 bytes, 255 lengths and as many segments of 255 bytes.
    private static let maximumPage = 27 + 255 + 255 * 255
    private static let capture = Array("OggS\0".utf8)
    private static let mark = ByteMark("OggS", [(0, 0xff)])

    /// How many bytes were passed over since this was asked last.
    func takeSkipped() -> Int {
        defer { skipped = 0 }
        return skipped
    }

    /// Passes over `count` bytes that begin no page; zeros, as some programs fill up with, don't count.
    private func pass(_ count: Int) throws {
        let bytes = try stream.peek(count).prefix(count)
        if bytes.contains(where: { $0 != 0 }) { skipped += bytes.count }
        try stream.skip(count)
    }

    /// The next page, of whatever stream; false at the end. What is no page is passed over.
    private func advance() throws -> Bool {
        used = 0
        hasPage = false
        while true {
            let head = try stream.peek(27)
            guard head.count >= 27 else {
                try pass(head.count)
                return false
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
                return false
            }
            let pageBytes = table[27..<headerBytes].reduce(headerBytes) { $0 + Int($1) }
            let whole = try stream.peek(pageBytes)
            guard let base = whole.baseAddress, whole.count >= pageBytes else {
                // Cut off, or no page at all.
                noteCut(whole)
                try pass(1)
                continue
            }
            bytes.update(from: base.assumingMemoryBound(to: UInt8.self), count: pageBytes)
            page = ogg_page(
                header: bytes, header_len: headerBytes, body: bytes + headerBytes, body_len: pageBytes - headerBytes)
            guard try isWhole(pageBytes) else {
                noteCut(UnsafeRawBufferPointer(start: bytes, count: headerBytes))
                try pass(1)
                continue
            }
            try stream.skip(pageBytes)
            if ogg_page_serialno(&page) == serial, !isBeginning {
                if !isMended { cutPosition = nil }
                noteWhole()
            }
            hasPage = true
            return true
        }
    }

    /// Keeps what the page at hand tells, a whole one of the stream that is read.
    private func noteWhole() {
        guard let codec, codec != .flac else { return }
        let number = UInt32(truncatingIfNeeded: ogg_page_pageno(&page))
        let isBehindLoss = number != lastNumber &+ 1
        lastNumber = number
        if headers > 0 {
            headers -= Int(ogg_page_packets(&page))
            return
        }
        let position = Int(ogg_page_granulepos(&page))
        if position != -1, !Self.positions.contains(position) { stateNoPosition() }
        if !hasSound { damagedFirst = damagedSamples }
        hasSound = true
        damagedSamples = 0
        stated = max(stated, Int(ogg_page_granulepos(&page)))
        // Behind a loss the decoders don't believe a last page's position, since its last packet may end behind that:
        // all it holds would come too early by what was lost, or be dropped. Read as any other page, it is early by
        // what that packet has too much, at most.
        if isBehindLoss, ogg_page_eos(&page) != 0 {
            bytes[5] &= ~4
            ogg_page_checksum_set(&page)
        }
    }

    /// Keeps the position that the page at hand states, a damaged one whose header may be right. What it holds could be
    /// anything: it is left out, as if the page were not there.
    private func noteDamaged() {
        damagedSamples += Int(bytes[26]) * Self.mostInPacket
        let position = Int(ogg_page_granulepos(&page))
        if Self.positions.contains(position), position > stated, position - stated <= damagedSamples {
            stated = position
        }
    }

    /// Whether all pages of sound up to now were damaged.
    var isAllDamaged: Bool { !hasSound && damagedSamples > 0 }

    /// Samples that were lost at the end of a link of Vorbis or Opus in which the decoder came to `position`.
    ///
    /// - Parameters:
    ///   - position: as the pages state it.
    ///   - isTorn: whether something was lost since the decoder gave samples last, and no sample came behind it.
    func lost(at position: Int, isTorn: Bool = false) -> Int {
        isTorn || damagedSamples > 0 ? max(0, stated - max(0, position)) : 0
    }

    /// Keeps the position that a page's header states, the rest of which is not there.
    private func noteCut(_ header: UnsafeRawBufferPointer) {
        let number = header.loadUnaligned(fromByteOffset: 14, as: Int32.self)
        let position = Int(Int64(littleEndian: header.loadUnaligned(fromByteOffset: 6, as: Int64.self)))
        guard Int32(littleEndian: number) == serial, serials.contains(serial), position > 0,
            Self.positions.contains(position)
        else { return }
        cutPosition = position
        cutSamples = Int(header[26]) * Self.mostInPacket
    }

    /// Samples that lack at the end of a link which ends at `position`, by the header of a page that was cut off.
    func lacking(at position: Int) -> Int {
        defer { cutPosition = nil }
        guard let cutPosition, cutPosition > position else { return 0 }
        let count = cutPosition - position
        return count <= cutSamples ? count : 0
    }

    /// Of Vorbis, where it is the longest.
    private static let mostInPacket = 8192

    /// Whether the page at hand is one, by its checksum; or, if it is of a header or of FLAC, by the page behind it.
    /// Its checksum is mended then: some programs that write tags leave a wrong one behind, and every frame of FLAC has
    /// a checksum of its own, so that only those are lost that were hit. A packet of Vorbis or Opus has none.
    private func isWhole(_ pageBytes: Int) throws -> Bool {
        isMended = false
        let stated = (bytes[22], bytes[23], bytes[24], bytes[25])
        ogg_page_checksum_set(&page)
        if stated == (bytes[22], bytes[23], bytes[24], bytes[25]) { return true }
        guard !isBeginning, serials.contains(ogg_page_serialno(&page)) else { return false }
        let behind = try stream.peek(pageBytes + Self.capture.count)
        guard
            behind.count == pageBytes
                || behind.count >= pageBytes + Self.capture.count
                    && behind[pageBytes...].starts(with: Self.capture)
        else { return false }
        // Another page within means that a part of this one lacks, as long as those that follow it up to here.
        let header = Int(page.header_len)
        let body = UnsafeRawBufferPointer(start: bytes + header, count: pageBytes - header)
        guard Self.mark.place(in: body, body.count, 0) + Self.mark.count > body.count else { return false }
        if ogg_page_serialno(&page) == serial, headers <= 0, codec == .vorbis || codec == .opus {
            noteDamaged()
            return false
        }
        // What it holds is dropped by a decoder that no later page states a position to.
        isMended = true
        noteCut(UnsafeRawBufferPointer(start: bytes, count: pageBytes))
        // Its position, by which a decoder cuts off what is too much, may be what was damaged.
        stateNoPosition()
        return true
    }

    /// Has the page at hand state no position, as one in which no packet ends.
    private func stateNoPosition() {
        for index in 6..<14 { bytes[index] = 0xff }
        ogg_page_checksum_set(&page)
    }

    /// Positions that can be: a hundred years at any rate, and none that sums of it could overflow by.
    private static let positions = 0..<1 << 48

    /// Where another page may begin behind the first byte.
    private func next(in bytes: UnsafeRawBufferPointer) -> Int {
        bytes.dropFirst().firstIndex(of: Self.capture[0]) ?? bytes.count
    }

    private static let headless = TacitError(
        .badData, "Ogg without its beginning, which tells how the rest is to be decoded")
}
