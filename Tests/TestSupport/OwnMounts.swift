/// Runs that have something else mounted than the rest of the machine.
public enum OwnMounts {
    /// Whether they are to be had, for which it takes root.
    public static let areToBeHad =
        (try? Executable.shell.run(arguments("mount -t tmpfs none /proc", ["true"])).status) == 0

    /// What the shell is given.
    ///
    /// - Parameters:
    ///   - mounting: the shell's words that mount it, without single quotes.
    ///   - command: what is run there.
    public static func arguments(_ mounting: String, _ command: [String]) -> [String] {
        ["-c", "exec unshare --mount sh -c '\(mounting) && exec \"$@\"' sh \"$@\"", "sh"] + command
    }
}
