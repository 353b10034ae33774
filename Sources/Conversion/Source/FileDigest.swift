import Dispatch
import Synchronization
import TacitDiagnostics
import TacitModelFile

/// SHA-256 of a file. It takes seconds a gigabyte and is wanted last, so that of a large file it is made by a thread of
/// its own while others go on. The thread ends before this does: nobody reads a file that is no longer of use.
final class FileDigest {
    /// Files up to this many bytes are not worth a thread.
    private static let small = 1 << 20
    /// Bytes between two looks at whether the digest is still wanted.
    private static let step = 1 << 20

    private final class Work: @unchecked Sendable {
        let isDone = DispatchGroup()
        let isUnwanted = Atomic(false)
        /// Written by the one thread, read behind `isDone`.
        var text = ""

        func run(_ map: FileMap) {
            var digest = MessageDigest()
            withExtendedLifetime(map) {
                for start in stride(from: 0, to: map.bytes.count, by: FileDigest.step) {
                    guard !isUnwanted.load(ordering: .relaxed) else { return }
                    let end = min(start + FileDigest.step, map.bytes.count)
                    digest.update(UnsafeRawBufferPointer(rebasing: map.bytes[start..<end]))
                }
            }
            text = digest.hexadecimal()
        }
    }

    private let work = Work()

    init(_ map: FileMap) {
        guard map.bytes.count > Self.small else {
            work.run(map)
            return
        }
        work.isDone.enter()
        do {
            try DetachedThread.start(for: "digest", failing: .inputOutput) { [work] in
                work.run(map)
                work.isDone.leave()
            }
        } catch {
            work.run(map)
            work.isDone.leave()
        }
    }

    deinit {
        work.isUnwanted.store(true, ordering: .relaxed)
        work.isDone.wait()
    }

    /// 64 lower-case hexadecimal digits, as soon as they are there.
    var hexadecimal: String {
        work.isDone.wait()
        return work.text
    }
}
