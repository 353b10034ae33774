/// What a link of an Ogg stream lacks, by the positions that pages of the stream that is read state: in samples.
struct OggLosses {
    /// The number of the last page that was handed on, and whether that one was of sound.
    private var lastNumber: UInt32 = 0
    private var hasSound = false
    /// The last position that is stated: by a whole page, or by the header of a damaged one where it can be.
    private var stated = 0
    /// Samples at most of the damaged pages behind the last whole one.
    private var damagedSamples = 0
    /// Samples at most of the damaged pages in front of the first whole one with sound.
    private(set) var damagedFirst = 0
    /// Where the stream would end by the header of a page of which the rest is cut off, and how many samples that page
    /// holds at most.
    private var cut: (position: Int, samples: Int)?

    /// Takes the number of a whole page.
    ///
    /// - Returns: whether pages are lost in front of it.
    mutating func isBehindLoss(_ number: UInt32) -> Bool {
        defer { lastNumber = number }
        return number != lastNumber &+ 1
    }

    /// Keeps the position of a whole page with sound; -1 where it states none.
    mutating func keep(whole position: Int) {
        if !hasSound { damagedFirst = damagedSamples }
        hasSound = true
        damagedSamples = 0
        stated = max(stated, position)
    }

    /// Keeps the position that a damaged page states whose header may be right. What it holds could be anything: it is
    /// left out, as if the page were not there.
    mutating func keep(damaged header: OggPages.Header) {
        damagedSamples += header.segments * Self.mostInPacket
        if Self.canBe(header.position), header.position > stated, header.position - stated <= damagedSamples {
            stated = header.position
        }
    }

    /// Keeps the position that a page's header states, the rest of which is not there.
    mutating func keep(cut header: OggPages.Header) {
        guard header.position > 0, Self.canBe(header.position) else { return }
        cut = (header.position, header.segments * Self.mostInPacket)
    }

    /// A whole page came behind the one that was cut off.
    mutating func forgetCut() { cut = nil }

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

    /// Samples that lack at the end of a link which ends at `position`, by the header of a page that was cut off; told
    /// once.
    mutating func takeLacking(at position: Int) -> Int {
        defer { cut = nil }
        guard let cut, cut.position > position else { return 0 }
        let count = cut.position - position
        return count <= cut.samples ? count : 0
    }

    /// Whether it is a position that can be: of a hundred years at any rate, and none that sums of it could overflow by.
    static func canBe(_ position: Int) -> Bool { (0..<1 << 48).contains(position) }

    /// Of Vorbis, where it is the longest.
    private static let mostInPacket = 8192
}
