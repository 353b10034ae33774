import TacitDiagnostics

/// The links of an Ogg stream: streams of sound that follow one another, as internet radio and joined files have them.
/// What is multiplexed with the sound (pictures, an index) is passed over, and what is lost is counted.
final class OggReader {
    enum Codec {
        case vorbis, opus, flac
    }

    var stream: ByteStream { pages.stream }
    private let pages: OggPages
    /// Bytes of the page at hand that have been handed on, and whether there is one.
    private var used = 0
    private var hasPage = false
    /// The page at hand begins the next link.
    private var isHeld = false
    /// The streams of the link at hand, and the one that is read.
    private var serials: [Int32] = []
    private var serial: Int32 = 0
    /// That one's first page, and how much of it has been handed on.
    private var head: [UInt8] = []
    private var headUsed = 0
    /// What the stream that is read is coded in; nil while none is read.
    private var codec: Codec?
    /// Packets of its header that are still to come.
    private var headers = 0
    /// What the link at hand lacks, as far as its pages tell.
    private(set) var losses = OggLosses()

    /// Streams that may lie side by side.
    private static let maximumStreams = 64

    init(_ stream: ByteStream) { pages = OggPages(stream) }

    /// Bytes that are of no page, and of no tag either, up to now.
    var skipped: Int { pages.skipped }

    /// How many of them there were since this was asked last.
    func takeSkipped() -> Int { pages.takeSkipped() }

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
            guard pages.isBeginning else { throw Self.headless }
            return try begin()
        }
        return try begin()
    }

    /// Reads on within the link; 0 at its end.
    func read(into buffer: UnsafeMutableRawPointer, count: Int) throws -> Int {
        if headUsed < head.count {
            let taken = min(count, head.count - headUsed)
            UnsafeMutableRawBufferPointer(start: buffer, count: taken)
                .copyBytes(from: head[headUsed..<headUsed + taken])
            headUsed += taken
            return taken
        }
        while hasPage, !isHeld {
            let page = pages.contents
            let end = used < pages.headerCount ? pages.headerCount : page.count
            if used == end {
                try turn()
                continue
            }
            let taken = min(count, end - used)
            UnsafeMutableRawBufferPointer(start: buffer, count: taken).copyBytes(from: page[used..<used + taken])
            used += taken
            return taken
        }
        return 0
    }

    /// To the next page of the stream that is read, if one is left before the next link.
    private func turn() throws {
        while try advance() {
            if pages.isBeginning {
                isHeld = true
                return
            }
            if pages.serial == serial { return }
            guard serials.contains(pages.serial) else { throw Self.headless }
        }
    }

    /// From the first of the pages that begin a link, one of each of its streams, to the first one behind them that
    /// belongs to a stream of sound.
    private func begin() throws -> Codec? {
        isHeld = false
        losses = OggLosses()
        codec = nil
        var names: [String] = []
        var sounds: [(serial: Int32, codec: Codec, page: [UInt8])] = []
        serials = []
        while hasPage {
            let number = pages.serial
            if pages.isBeginning {
                // Twice the same, or pages between them: what began before has nothing but its first page.
                if serials.contains(number) || isHeld { (serials, names, sounds) = ([], [], []) }
                isHeld = false
                guard serials.count < Self.maximumStreams else {
                    throw TacitError(.badData, "Ogg with more than \(Self.maximumStreams) streams side by side")
                }
                serials.append(number)
                switch identify() {
                case .sound(let codec):
                    sounds.append((number, codec, Array(pages.contents)))
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
        if hasPage, pages.serial == serial { noteWhole() }
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
        let body = pages.body
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

    /// The next page, of whatever stream; false at the end.
    private func advance() throws -> Bool {
        used = 0
        hasPage = false
        while !hasPage {
            switch try pages.next() {
            case .whole:
                if isOfSound { losses.forgetCut() }
                hasPage = true
            case .broken where try mend(): hasPage = true
            case .broken:
                noteCut(pages.header)
                try pages.drop()
            case .cut(let header):
                noteCut(header)
                try pages.drop()
            case .end: return false
            }
        }
        if isOfSound { noteWhole() }
        return true
    }

    /// Whether the page at hand is one of the stream that is read, behind its first.
    private var isOfSound: Bool { pages.serial == serial && !pages.isBeginning }

    /// Takes the broken page at hand for a whole one if it is of a header or of FLAC, and all there. Some programs that
    /// write tags leave a wrong checksum behind, and every frame of FLAC has one of its own, so that only those are lost
    /// that were hit. A packet of Vorbis or Opus has none.
    ///
    /// - Returns: false where it isn't to be used.
    private func mend() throws -> Bool {
        guard !pages.isBeginning, serials.contains(pages.serial), try pages.isComplete() else { return false }
        if pages.serial == serial, headers <= 0, codec == .vorbis || codec == .opus {
            losses.keep(damaged: pages.header)
            return false
        }
        // What it holds is dropped by a decoder that no later page states a position to.
        noteCut(pages.header)
        try pages.mend()
        return true
    }

    /// Keeps what the page at hand tells, a whole one of the stream that is read.
    private func noteWhole() {
        guard let codec, codec != .flac else { return }
        let isBehindLoss = losses.isBehindLoss(pages.number)
        if headers > 0 {
            headers -= pages.packets
            return
        }
        let position = pages.header.position
        if position != -1, !OggLosses.canBe(position) { pages.stateNoPosition() }
        losses.keep(whole: pages.header.position)
        // Behind a loss the decoders don't believe a last page's position, since its last packet may end behind that:
        // all it holds would come too early by what was lost, or be dropped. Read as any other page, it is early by
        // what that packet has too much, at most.
        if isBehindLoss, pages.isEnd { pages.stateNoEnd() }
    }

    /// Keeps what the header of a page tells whose rest is not there, or not to be trusted.
    private func noteCut(_ header: OggPages.Header) {
        guard header.serial == serial, serials.contains(serial) else { return }
        losses.keep(cut: header)
    }

    /// Samples that lack at the end of a link which ends at `position`, by the header of a page that was cut off.
    func takeLacking(at position: Int) -> Int { losses.takeLacking(at: position) }

    private static let headless = TacitError(
        .badData, "Ogg without its beginning, which tells how the rest is to be decoded")
}
