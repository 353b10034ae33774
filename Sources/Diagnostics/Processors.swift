import Glibc

/// What there is to compute with.
package enum Processors {
    /// Those that are running; at least 1.
    package static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// As many threads as are of use to small models.
    package static var threads: Int { min(8, count) }
}
