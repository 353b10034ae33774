import Glibc

/// What the system says of the machine.
enum Machine {
    /// Processors that are running; at least 1.
    static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
