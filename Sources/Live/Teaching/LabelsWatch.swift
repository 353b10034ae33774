import Glibc
import TacitDiagnostics
import TacitLearning

/// Follows a file of learned labels that others change, and has the streams of this program go by it, on a thread of its
/// own.
///
/// The file's folder is watched (inotify(7)), since every change puts another file in its place; where the system can't,
/// it is looked at once a second.
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
    private var seen: Version?
    /// The names that were told last.
    private var known: [String]

    private struct Version: Equatable {
        let device: dev_t
        let number: ino_t
        let seconds: Int
        let nanoseconds: Int
        let size: Int
    }

    /// - Parameters:
    ///   - model: whose streams follow.
    ///   - file: of learned labels, as it was when the model was loaded.
    ///   - stop: ends it.
    ///   - tell: called with what came of each change, from the thread.
    /// - Returns: false where there is no thread for it.
    @discardableResult
    package static func begin(
        _ model: LoadedModel, file: String, until stop: StopToken, tell: @escaping @Sendable (News) -> Void
    ) -> Bool {
        let watch = LabelsWatch(model, file, stop, tell)
        do {
            try DetachedThread.start(for: file, failing: .inputOutput) { watch.serve() }
            return true
        } catch {
            return false
        }
    }

    private init(
        _ model: LoadedModel, _ file: String, _ stop: StopToken, _ tell: @escaping @Sendable (News) -> Void
    ) {
        self.model = model
        self.file = file
        self.stop = stop
        self.tell = tell
        known = model.learned?.labels.map(\.name) ?? []
        seen = version
    }

    private var version: Version? {
        var status = stat()
        guard SystemPath.withBytes(file, { stat($0, &status) }) == 0 else { return nil }
        return Version(
            device: status.st_dev, number: status.st_ino, seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec, size: Int(status.st_size))
    }

    private func serve() {
        let notes = watchFolder()
        defer { if notes >= 0 { close(notes) } }
        while true {
            wait(notes)
            guard !stop.isStopping else { return }
            let now = version
            guard now != seen else { continue }
            seen = now
            // A file that was taken away has taught nothing else.
            if now != nil { take() }
        }
    }

    /// -1 where the system can't.
    private func watchFolder() -> Int32 {
        let notes = inotify_init1(Int32(O_CLOEXEC))
        guard notes >= 0 else { return -1 }
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let place = folder.isEmpty ? (file.hasPrefix("/") ? "/" : ".") : folder
        let changes = UInt32(IN_MOVED_TO) | UInt32(IN_CLOSE_WRITE)
        guard SystemPath.withBytes(place, { inotify_add_watch(notes, $0, changes) }) >= 0 else {
            close(notes)
            return -1
        }
        return notes
    }

    private func wait(_ notes: Int32) {
        // A negative descriptor is passed over.
        var descriptors = [
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: notes, events: Int16(POLLIN), revents: 0),
        ]
        // Even without a note from time to time: a folder on a network sends none.
        guard poll(&descriptors, 2, notes >= 0 ? 10_000 : 1000) > 0, descriptors[1].revents != 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            _ = read(notes, buffer.baseAddress, buffer.count)
        }
    }

    private func take() {
        do {
            let labels = try model.ownLabels(in: file)
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
