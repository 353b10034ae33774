/// What was lost of a sound that is damaged, or was cut off, and all else of which is read.
public struct SoundDamage: Equatable, Sendable {
    /// Seconds that could not be decoded and were taken as silence.
    public internal(set) var lostSeconds = 0.0
    /// In how many places.
    public internal(set) var places = 0
    /// Seconds from the beginning to the first of them.
    public internal(set) var firstTime = 0.0
    /// Seconds that lack at the end of what was cut off.
    public internal(set) var lackingSeconds = 0.0
    /// Bytes amid the sound that could not be decoded where nothing tells how long they would have lasted (MP3, an Ogg
    /// stream's ends), so that what follows them comes too early by as much; or that stand behind a WAV that is whole.
    public internal(set) var skippedBytes = 0
    /// Seconds from the beginning to the first of them.
    public internal(set) var firstSkipTime = 0.0

    /// Nothing is lost.
    public init() {}

    /// Whether nothing was lost.
    public var isNone: Bool { places == 0 && lackingSeconds == 0 && skippedBytes == 0 }

    /// Of a sound that was left before its end: what comes behind that doesn't lack.
    package var ofWhatWasRead: SoundDamage {
        var part = self
        part.lackingSeconds = 0
        return part
    }

    /// - Parameter time: seconds from the beginning to where the other one's sound begins.
    func followed(by other: SoundDamage, at time: Double) -> SoundDamage {
        var both = self
        if places == 0, other.places > 0 { both.firstTime = time + other.firstTime }
        if skippedBytes == 0, other.skippedBytes > 0 { both.firstSkipTime = time + other.firstSkipTime }
        both.skippedBytes += other.skippedBytes
        both.places += other.places
        both.lostSeconds += other.lostSeconds
        both.lackingSeconds += other.lackingSeconds
        return both
    }
}

extension SoundDamage: CustomStringConvertible {
    /// For people: one line, without the sound's name.
    public var description: String {
        var parts: [String] = []
        if places > 0 {
            let place = places == 1 ? "at" : "in \(places) places, the first at"
            parts.append(
                "damaged: \(Self.seconds(lostSeconds)) can't be decoded, \(place) \(Self.seconds(firstTime)); "
                    + "taken as silence")
        }
        if skippedBytes > 0 {
            let bytes = skippedBytes == 1 ? "1 byte" : "\(skippedBytes) bytes"
            parts.append(
                "damaged: \(bytes) can't be decoded, from \(Self.seconds(firstSkipTime)) on; "
                    + "how long they lasted is not known")
        }
        if lackingSeconds > 0 { parts.append("ends early: \(Self.seconds(lackingSeconds)) of it are missing") }
        return parts.joined(separator: "; ")
    }

    private static func seconds(_ value: Double) -> String {
        let thousandths = Int((value * 1000).rounded(.up))
        let digits = String(thousandths % 1000 + 1000).dropFirst()
        return "\(thousandths / 1000).\(digits) s"
    }
}
