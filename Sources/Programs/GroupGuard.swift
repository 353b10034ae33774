import CTacitProgram
import Glibc
import TacitDiagnostics

/// Sees to it that a process group ends with this program, even if the program is killed and can do nothing about it: a
/// process that knows the group to end, and ends it once the program is gone.
package final class GroupGuard: Sendable {
    private let words: Int32
    private let process: Int32

    /// Best made early, while the process is small.
    ///
    /// - Throws: `TacitError` (I/O error) where the system has no process left.
    package init() throws {
        var words: Int32 = -1
        var process: Int32 = 0
        let failure = tacit_start_guard(&words, &process)
        guard failure == 0 else {
            throw TacitError.system(.inputOutput, failure, what: "no process to watch over the command")
        }
        self.words = words
        self.process = process
    }

    deinit {
        close(words)
        var status: Int32 = 0
        // It ends at once: there is no group left for it, or it is there for a second to end it.
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    /// From now on it is this one.
    package func watch(_ group: ChildGroup) { tell(group.process) }

    /// From now on it is none.
    package func rest() { tell(0) }

    private func tell(_ group: pid_t) {
        var group = group
        while write(words, &group, MemoryLayout<pid_t>.size) < 0, errno == EINTR {}
    }
}
