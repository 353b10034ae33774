import Glibc
import TacitDiagnostics
import TacitLearning

/// Follows a file of learned labels that others change, and has the streams of this program go by it, on a thread of its
/// own.
///
/// The file's folder is watched (inotify(7)), since every change puts another file in its place, and where it is a link
/// the folder of what it leads to, where that is put; where the system can't, it is looked at once a second. What changes
/// here is that thread's alone.
package final class LabelsWatch: @unchecked Sendable {
    /// What came of a change.
    package enum News: Sendable {
        /// What was taught goes for the streams from now on; labels that came and went with it.
        case inForce(came: [String], went: [String])
        case broken(TacitError)
    }

    private let model: LoadedModel
    private let file: String
    private let stop: StopToken
    private let tell: @Sendable (News) -> Void
    private var seen: FileVersion?
    /// The names that were told last.
    private var known: [String]

    /// - Parameters:
    ///   - model: whose streams follow.
    ///   - file: of learned labels, as it was when the model was loaded.
    ///   - tell: called with what came of each change, from the thread.
    /// - Returns: what ends it when nobody has it any more.
    package static func begin(
        _ model: LoadedModel, file: String, tell: @escaping @Sendable (News) -> Void
    ) -> AnyObject {
        let end = End()
        let watch = LabelsWatch(model, file, end.stop, tell)
        // Without a thread for it the labels stay as they are, and so does all else.
        try? DetachedThread.start(for: file, failing: .inputOutput) { watch.serve() }
        return end
    }

    /// Ends the thread with its owner.
    private final class End {
        let stop = StopToken()
        deinit { stop.stop() }
    }

    private init(
        _ model: LoadedModel, _ file: String, _ stop: StopToken, _ tell: @escaping @Sendable (News) -> Void
    ) {
        self.model = model
        self.file = file
        self.stop = stop
        self.tell = tell
        known = model.learned?.labels.map(\.name) ?? []
        // Of what was read: whatever has been taught since, while a device was waited for, is news.
        seen = model.learnedVersion
    }

    private func serve() {
        let notes = inotify_init1(Int32(O_CLOEXEC))
        defer { if notes >= 0 { close(notes) } }
        var watches: Set<Int32> = []
        while !stop.isStopping {
            // Before it is looked at, so that no change is missed; and each time, for a link may lead elsewhere now.
            let isWatched = watchFolders(notes, &watches)
            let now = FileVersion(file)
            // A file that was taken away has taught nothing else.
            if now != seen, now != nil { take() }
            seen = now
            wait(notes, isWatched: isWatched)
        }
    }

    /// - Parameter watches: of the folders that were watched before, by inotify's numbers; one that is still meant keeps
    ///   its own.
    /// - Returns: whether all are watched.
    private func watchFolders(_ notes: Int32, _ watches: inout Set<Int32>) -> Bool {
        guard notes >= 0 else { return false }
        let changes = UInt32(IN_MOVED_TO) | UInt32(IN_CLOSE_WRITE)
        // Of a link too, for another may be put in its place.
        let numbers = [file, SystemPath.target(of: file)].map { path in
            SystemPath.withBytes(SystemPath.folder(of: path)) { inotify_add_watch(notes, $0, changes) }
        }
        let meant = Set(numbers.filter { $0 >= 0 })
        for number in watches.subtracting(meant) { inotify_rm_watch(notes, number) }
        watches = meant
        return numbers.allSatisfy { $0 >= 0 }
    }

    private func wait(_ notes: Int32, isWatched: Bool) {
        // A negative descriptor is passed over.
        var descriptors = [
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: notes, events: Int16(POLLIN), revents: 0),
        ]
        // Even without a note from time to time: a folder on a network sends none.
        guard poll(&descriptors, 2, isWatched ? 10_000 : 1000) > 0, descriptors[1].revents != 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            _ = read(notes, buffer.baseAddress, buffer.count)
        }
    }

    private func take() {
        do {
            let labels = try model.learnedLabels(in: file)
            let names = labels.labels.map(\.name)
            let before = known
            known = names
            _ = model.planes?.follow(labels)
            tell(.inForce(came: names.filter { !before.contains($0) }, went: before.filter { !names.contains($0) }))
        } catch let error as TacitError {
            tell(.broken(error))
        } catch {
            tell(.broken(TacitError.badData(file, "\(error)")))
        }
    }
}
