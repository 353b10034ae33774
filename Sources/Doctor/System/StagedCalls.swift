import Glibc
import TacitDevices

/// The answers of a machine that was laid out in a folder, from its file `calls`: a line each, words with tabs between.
///
///     time            SECONDS
///     clock           kept | free
///     disk            PATH  FREE  SIZE  [ro]
///     control         CARD  NAME  VALUE
///     camera          PATH  none | busy | bare | formats
///     microphone      NAME  ERROR | WORDS
///
/// Permissions follow the files' own modes, owners and groups. What is not said is answered as a machine would on which
/// nothing is wrong; other paths' disks are the real ones.
struct StagedCalls: SystemCalls {
    let root: String

    /// The words behind those, of every line that begins with them.
    private func answers(_ words: String...) -> [[String]] {
        let lines = System.text(at: "\(root)/calls")?.split(separator: "\n") ?? []
        return lines.compactMap { line in
            let own = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return own.starts(with: words) ? Array(own.dropFirst(words.count)) : nil
        }
    }

    func mayUse(_ path: String, writing: Bool, _ identity: Identity) -> Bool {
        guard let node = Node(path) else { return false }
        return identity.may(use: node, writing: writing)
    }

    var time: Int { answers("time").first?.first.flatMap { Int($0) } ?? 1_800_000_000 }
    var isClockKept: Bool? { answers("clock").first?.first.map { $0 == "kept" } }

    func disk(_ path: String) -> Disk? {
        guard let words = answers("disk", path).first, words.count >= 2, let free = Int(words[0]),
            let size = Int(words[1])
        else { return RealCalls().disk(path) }
        return Disk(free: free, size: size, isReadOnly: words.contains("ro"))
    }

    func controls(card: Int) -> [CaptureControl] {
        answers("control", "\(card)").compactMap { words in
            guard words.count == 2, let value = Int(words[1]) else { return nil }
            return CaptureControl(name: words[0], greatest: value)
        }
    }

    func camera(_ path: String) -> CameraAnswer {
        switch answers("camera", path).first?.first {
        case "none": .noCamera
        case "busy": .busy
        case "bare": .noFormats
        default: .formats
        }
    }

    func microphone(_ name: String, sampleRate: Int) -> MicrophoneAnswer {
        guard let words = answers("microphone", name).first?.first else { return .usable }
        return Int32(words).map { .failed($0) } ?? .unusable(words)
    }
}
