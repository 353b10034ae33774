/// Formats that are told by more than their first letters, so that raw samples are not taken for one of them.
enum RareSound {
    /// Whether these are the first bytes of one that libsndfile reads.
    ///
    /// - Parameter peek: the next bytes, at least so many of them or fewer at the end.
    static func isRead(_ peek: (Int) throws -> UnsafeRawBufferPointer) rethrows -> Bool {
        let head = [UInt8](try peek(16).prefix(16))
        guard head.count >= 16 else { return false }
        if head.starts(with: Array("PVF1\n".utf8)) || head.starts(with: Array("ALawSoundFile**".utf8))
            || head.starts(with: Array("Extended Instrum".utf8)) || head.starts(with: Array("MATLAB 5.0 MAT-f".utf8))
        {
            return true
        }
        // Behind the name a version, which is 0.
        if head.starts(with: Array(" paf".utf8)) || head.starts(with: Array("fap ".utf8)) {
            return head[4..<8].allSatisfy { $0 == 0 }
        }
        // Behind eight letters of a title one or two channels, and 8 or 16 bits.
        if head.starts(with: Array("2BIT".utf8)) {
            return [0, 0xffff].contains(big(head, 12, 2)) && [8, 16].contains(big(head, 14, 2))
        }
        if isIRCAM(head) { return true }
        // MATLAB 4: a matrix of one by one, which is called so.
        let one: [UInt8] = [1, 0, 0, 0]
        if head[..<12].elementsEqual([0, 0, 0, 0] + one + one)
            || head[..<12].elementsEqual([0, 0, 3, 0xe8] + one.reversed() + one.reversed())
        {
            return try peek(31).dropFirst(20).starts(with: Array("samplerate".utf8))
        }
        // A MIDI sample dump: its header ends so.
        if head[0] == 0xf0, head[1] == 0x7e, head[3] == 1 {
            let header = try peek(21)
            return header.count >= 21 && header[20] == 0xf7 && header[2..<20].allSatisfy { $0 < 0x80 }
        }
        return false
    }

    /// What is not read, by name; nil for anything else.
    ///
    /// - Parameter peek: as above.
    static func unread(_ peek: (Int) throws -> UnsafeRawBufferPointer) rethrows -> String? {
        let head = [UInt8](try peek(16).prefix(16))
        guard head.count >= 16 else { return nil }
        func has(_ text: String) -> Bool { head.starts(with: text.utf8) }
        if has("nut/multimedia c") { return "a film (NUT)" }
        if has("FLV\u{1}"), head[5...8].elementsEqual([0, 0, 0, 9]) { return "a film (FLV)" }
        if has("TTA1") || has("TTA2"), (1...8).contains(head[4]), head[5] == 0 { return "True Audio (TTA)" }
        if has("MPCK") || has("MP+"), has("MPCK") || head[3] & 0xf == 7 { return "Musepack" }
        if has("ajkg"), head[4] < 4 { return "Shorten" }
        if has("DSD "), head[4] == 28, head[5..<12].allSatisfy({ $0 == 0 }) { return "DSD (DSF)" }
        if has("FRM8"), head[12...].elementsEqual(Array("DSD ".utf8)) { return "DSD (DSDIFF)" }
        if has(".RMF\0\0\0") || head.starts(with: [0x2e, 0x72, 0x61, 0xfd, 0]) { return "RealAudio" }
        if has("DTSHDHDR") { return "DTS" }
        if has(".SoX") || has("XoS.") { return "SoX's own format" }
        if has("FORM"), head[8..<12].allSatisfy({ (0x41...0x5a).contains($0) }) {
            return "an IFF file (\(String(decoding: head[8..<12], as: UTF8.self)))"
        }
        if try isRow(peek, length: lengthAC3) { return "AC-3" }
        if try isRow(peek, length: lengthDTS) { return "DTS" }
        if try isRow(peek, length: lengthLOAS) { return "AAC (LOAS)" }
        if isProgramStream(head) { return "an MPEG program stream" }
        for (start, length) in [(0, 188), (4, 192)] where head[start] == 0x47 && head[start + 3] & 0x30 != 0 {
            if isTransportStream(try peek(start + 4 * length + 4), start, length) { return "an MPEG transport stream" }
        }
        return nil
    }

    private static func big(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
        bytes[place..<place + count].bigEndianNumber
    }

    private static func little(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
        bytes[place..<place + count].littleEndianNumber
    }

    /// A machine's number between two bytes, in either order, and behind the rate channels and an encoding that exist.
    private static func isIRCAM(_ head: [UInt8]) -> Bool {
        let isForward = head[0] == 0x64 && head[1] == 0xa3 && (1...4).contains(head[2]) && head[3] == 0
        let isBackward = head[0] == 0 && (1...4).contains(head[1]) && head[2] == 0xa3 && head[3] == 0x64
        guard isForward || isBackward else { return false }
        let encodings = [1, 2, 3, 4, 8, 0x10001, 0x20001, 0x40004]
        return [little, big].contains { number in
            (1...256).contains(number(head, 8, 4)) && encodings.contains(number(head, 12, 4))
        }
    }

    /// Whether three frames follow one another. No more is waited for than it takes to tell.
    ///
    /// - Parameters:
    ///   - peek: as above.
    ///   - length: of the frame whose first ten bytes these are, and what of its header is the same in all; nil for
    ///     none.
    private static func isRow(
        _ peek: (Int) throws -> UnsafeRawBufferPointer, length: ([UInt8]) -> (bytes: Int, kind: Int)?
    ) rethrows -> Bool {
        var place = 0
        var kind: Int?
        for _ in 0..<3 {
            let bytes = try peek(place + 10)
            guard place + 10 <= bytes.count else { return false }
            let head = [UInt8](bytes[place..<place + 10])
            guard let frame = length(head), kind == nil || frame.kind == kind else {
                return false
            }
            if kind == nil, isAgain(head[..<6], in: try peek(frame.bytes).prefix(frame.bytes)) { return false }
            kind = frame.kind
            place += frame.bytes
        }
        return true
    }

    /// Whether a frame's first bytes stand amid it as well, as those of a tone do that is the same samples over and
    /// over.
    private static func isAgain(_ head: ArraySlice<UInt8>, in frame: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard frame.count > head.count else { return false }
        return (2...frame.count - head.count).contains { frame[$0] == head[0] && frame[$0...].starts(with: head) }
    }

    /// Of AC-3 and of E-AC-3.
    private static func lengthAC3(_ head: [UInt8]) -> (bytes: Int, kind: Int)? {
        guard head[0] == 0x0b, head[1] == 0x77 else { return nil }
        let rate = Int(head[4] >> 6)
        let version = Int(head[5] >> 3)
        if (11...16).contains(version) { return (2 * (big(head, 2, 2) & 0x7ff) + 2, version) }
        let kilobits = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640]
        let code = Int(head[4] & 0x3f)
        guard version <= 10, rate < 3, code < 2 * kilobits.count else { return nil }
        let speed = kilobits[code / 2]
        let words = [2 * speed, speed * 96_000 / 44_100 + code % 2, 3 * speed][rate]
        return (2 * words, rate << 5 | version)
    }

    /// Of DTS, in words of 16 bits, in either order.
    private static func lengthDTS(_ head: [UInt8]) -> (bytes: Int, kind: Int)? {
        let isSwapped = head[0] == 0xfe
        func byte(_ index: Int) -> Int { Int(head[isSwapped ? index ^ 1 : index]) }
        guard byte(0) == 0x7f, byte(1) == 0xfe, byte(2) == 0x80, byte(3) == 1 else { return nil }
        let length = ((byte(5) & 3) << 12 | byte(6) << 4 | byte(7) >> 4) + 1
        return length >= 96 ? (length, isSwapped ? 1 : 0) : nil
    }

    /// Of AAC as broadcasts have it.
    private static func lengthLOAS(_ head: [UInt8]) -> (bytes: Int, kind: Int)? {
        guard head[0] == 0x56, head[1] & 0xe0 == 0xe0 else { return nil }
        let length = big(head, 1, 2) & 0x1fff
        return length > 7 ? (3 + length, 0) : nil
    }

    /// A pack's header, of MPEG 1 or 2, with the bits in it that are always set.
    private static func isProgramStream(_ head: [UInt8]) -> Bool {
        guard big(head, 0, 4) == 0x1ba else { return false }
        return head[4] & 0xf1 == 0x21 && head[6] & 1 == 1 && head[8] & 1 == 1
            || head[4] & 0xc4 == 0x44 && head[6] & 4 == 4 && head[8] & 4 == 4 && head[9] & 1 == 1
    }

    /// Packets whose headers, with their counters, are not all the same.
    static func isTransportStream(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ length: Int, packets: Int = 5
    ) -> Bool {
        guard bytes.count >= start + (packets - 1) * length + 4 else { return false }
        var isVaried = false
        for place in stride(from: start, to: start + packets * length, by: length) {
            guard bytes[place] == 0x47, bytes[place + 1] & 0x80 == 0, bytes[place + 3] & 0xc0 == 0,
                bytes[place + 3] & 0x30 != 0
            else { return false }
            isVaried = isVaried || !bytes[place..<place + 4].elementsEqual(bytes[start..<start + 4])
        }
        return isVaried
    }
}
