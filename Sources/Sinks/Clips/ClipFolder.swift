import Glibc
import TacitConsole
import TacitDiagnostics
import TacitLive
import TacitText

/// A folder of clips, kept within its limits. Files are written as `.part` and renamed when they are whole; nothing is ever
/// removed that isn't named as a clip is. Once it is made, one thread calls.
final class ClipFolder: @unchecked Sendable {
    let path: String
    private var descriptor: Int32
    private let settings: ClipSettings
    private let now: @Sendable () -> WallTime?

    /// - Parameters:
    ///   - path: made if only the folder around it is there.
    ///   - settings: its limits.
    ///   - now: by the clock that clips are named by; as long as it is nil, none is too old.
    /// - Throws: `TacitError` (output) for a folder that can't be made or written to.
    init(path: String, _ settings: ClipSettings, now: @escaping @Sendable () -> WallTime?) throws {
        self.path = path
        self.settings = settings
        self.now = now
        descriptor = try Self.open(path)
        removeWhatWasNeverFinished()
        trim()
    }

    deinit { close(descriptor) }

    /// Opens the folder, which is made if only the one around it is there.
    private static func open(_ path: String) throws -> Int32 {
        // What was recorded is for whoever runs the program, and no one else.
        if SystemPath.withBytes(path, { mkdir($0, 0o700) }) == 0 {
            // A umask may have taken that from the owner, too.
            _ = SystemPath.withBytes(path) { chmod($0, 0o700) }
        } else if errno != EEXIST {
            throw error(path)
        }
        let descriptor = SystemPath.withBytes(path) { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw error(path) }
        guard faccessat(descriptor, ".", W_OK | X_OK, 0) == 0 else {
            defer { close(descriptor) }
            throw error(path)
        }
        return descriptor
    }

    /// Goes on where the path leads: somebody may have moved the folder, removed it, or mounted a disk over it.
    ///
    /// - Parameter isIdle: whether no file is being written. As long as one is, it belongs to where it was begun, but for a
    ///   folder that is gone with all that was in it.
    /// - Throws: `TacitError` (output) where there is no folder and none can be made.
    func follow(isIdle: Bool) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0, isIdle || status.st_nlink == 0 else { return }
        if FileIdentity(status) == FileIdentity(path: path) { return }
        let fresh = try Self.open(path)
        close(descriptor)
        descriptor = fresh
    }

    /// A new file that is not whole yet.
    ///
    /// - Throws: `TacitError` (output).
    func create(_ name: String) throws -> Int32 {
        let file = openat(descriptor, "\(name).part", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.error("\(path)/\(name)") }
        _ = fchmod(file, 0o600)
        // Held for as long as it is written: another program that begins here leaves it alone.
        _ = flock(file, LOCK_EX | LOCK_NB)
        return file
    }

    /// The file is whole, and gets its name; false if that can't be.
    func keep(_ name: String, _ file: Int32) -> Bool {
        defer { close(file) }
        if fdatasync(file) == 0, renameat(descriptor, "\(name).part", descriptor, name) == 0 { return true }
        unlinkat(descriptor, "\(name).part", 0)
        return false
    }

    /// The file will never be whole.
    func discard(_ name: String, _ file: Int32) {
        unlinkat(descriptor, "\(name).part", 0)
        close(file)
    }

    func remove(_ name: String) { unlinkat(descriptor, name, 0) }

    /// Whether the disk has room for more, after older clips have made way.
    func hasRoom() -> Bool {
        if isAboveReserve { return true }
        trim()
        return isAboveReserve
    }

    /// What to throw where it has none.
    var noRoom: TacitError {
        TacitError(.cannotCreate, file: path, "the disk has no room but what is to be left free")
    }

    /// Removes clips until what is left is within the limits: the oldest first. For the disk's sake only where that helps.
    ///
    /// - Returns: stems of those that are larger by themselves than all clips may be together.
    @discardableResult
    func trim() -> [String] {
        var clips = wholeClips()
        var bytes = clips.reduce(0) { $0 + $1.bytes }
        // Nothing sorts before an empty name.
        let oldest = now().map { stem(before: settings.days, $0) } ?? ""
        let makesRoom = freeBytes > -bytes
        var tooLarge: [String] = []
        while let first = clips.first {
            let isTooMuch = clips.count > settings.count || bytes > settings.bytes || first.stem.text < oldest
            guard isTooMuch || makesRoom && freeBytes <= 0 else { break }
            if first.bytes > settings.bytes { tooLarge.append(first.stem.text) }
            for suffix in first.suffixes { remove(first.stem.text + suffix) }
            bytes -= first.bytes
            clips.removeFirst()
        }
        return tooLarge
    }

    /// `trim`, after events' clips became whole: those that the limits never leave room for are said to be gone.
    func trim(after whole: [(ClipFileName, LiveEvent)]) {
        let tooLarge = trim()
        for (clip, event) in whole where tooLarge.contains(clip.stem) {
            ClipSink.log(event, " has no clip: the folder's limits leave no room for it")
        }
    }

    private var isAboveReserve: Bool { freeBytes > 0 }

    /// Bytes that may be written before the disk is down to what is to be left free; negative below that. A file system may
    /// claim to be of any size.
    private var freeBytes: Int {
        var status = statvfs()
        guard fstatvfs(descriptor, &status) == 0 else { return 0 }
        func bytes(_ blocks: fsblkcnt_t) -> Int {
            let (product, isTooMuch) = UInt64(blocks).multipliedReportingOverflow(by: UInt64(status.f_frsize))
            return isTooMuch ? .max : Int(clamping: product)
        }
        return bytes(status.f_bavail) - (settings.reserve ?? bytes(status.f_blocks) / 20)
    }

    /// Bytes that a file counts as, at most: nobody's sum grows beyond what there are numbers for.
    private static let largest = 1 << 40

    private struct Clip {
        var stem: ClipName.Stem
        /// What it is sorted by.
        var order: String
        var suffixes: [String] = []
        var bytes = 0
    }

    /// By time, oldest first. Where the wall clock was set back, or is behind as on a board that was without power, the newest
    /// would be removed first: so this program's own are in the order in which they were made, and in front of them is what
    /// was there before and bears a time that is still to come.
    private func wholeClips() -> [Clip] {
        var clips: [String: Clip] = [:]
        try? FolderListing.forEachName(at: descriptor) { name in
            guard let (stem, suffix) = Self.parts(name), !suffix.hasSuffix(".part") else { return }
            var status = stat()
            guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
            clips[stem.text, default: Clip(stem: stem, order: stem.text)].suffixes.append(suffix)
            clips[stem.text]?.bytes += min(Int(status.st_size), Self.largest)
        }
        var latest = ""
        let own = clips.values.compactMap { clip in clip.stem.ownNumber.map { (stem: clip.stem.text, number: $0) } }
        for (stem, _) in own.sorted(by: { $0.number < $1.number }) {
            latest = max(latest, stem)
            clips[stem]?.order = latest
        }
        let first = own.min { $0.number < $1.number }?.stem
        if let first {
            // By the clock of this machine: what is of today is not to come, whenever a recording was made.
            let present = stem(before: 0, .now())
            for (name, clip) in clips where clip.stem.ownNumber == nil && name > present {
                clips[name]?.order = min(name, first)
            }
        }
        return clips.values.sorted {
            ($0.order, $0.stem.ownNumber ?? 0, $0.stem.text) < ($1.order, $1.stem.ownNumber ?? 0, $1.stem.text)
        }
    }

    private func removeWhatWasNeverFinished() {
        try? FolderListing.forEachName(at: descriptor) { name in
            guard let (_, suffix) = Self.parts(name), suffix.hasSuffix(".part") else { return }
            let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard file >= 0 else { return }
            if flock(file, LOCK_EX | LOCK_NB) == 0 { remove(name) }
            close(file)
        }
    }

    /// What the description beside a clip is called behind the clip's own name.
    static let descriptionSuffix = ".json"
    private static let suffixes: [String] = (ClipName.Kind.allCases.map(\.rawValue) + [descriptionSuffix])
        .flatMap { [$0, $0 + ".part"] }

    /// Splits the name of a clip's file into the stem that all its files share and its own suffix; nil for other files.
    private static func parts(_ name: String) -> (stem: ClipName.Stem, suffix: String)? {
        for suffix in suffixes where name.hasSuffix(suffix) {
            return ClipName.Stem(String(name.dropLast(suffix.count))).map { ($0, suffix) }
        }
        return nil
    }

    /// The time at which the names of clips of so many days ago begin: what sorts before it is older.
    private func stem(before days: Double, _ now: WallTime) -> String {
        var buffer = ByteBuffer(capacity: 32)
        WallTime(milliseconds: now.milliseconds - Int(days * 86_400_000)).writeBasic(to: &buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    private static func error(_ path: String) -> TacitError {
        TacitError.system(.cannotCreate, file: path)
    }
}
