import Glibc

/// What there is to compute with.
enum Processors {
    /// As many threads as are of use to models of this size.
    static var count: Int { max(1, min(8, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
