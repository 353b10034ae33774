import Glibc

/// Where a program is that is named as a shell names it.
package enum ProgramPath {
    /// - Returns: nil where there is none that may be run.
    package static func find(_ program: String) -> String? {
        if program.contains("/") { return isProgram(program) ? program : nil }
        let path = getenv("PATH").map { SystemPath.string($0) } ?? ""
        let folders = (path.isEmpty ? "/usr/bin:/bin" : path).split(separator: ":", omittingEmptySubsequences: false)
        return folders.lazy.map { $0.isEmpty ? program : "\($0)/\(program)" }.first(where: isProgram)
    }

    private static func isProgram(_ path: String) -> Bool {
        SystemPath.withBytes(path) { path in
            var status = stat()
            return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
        }
    }
}
