import Glibc

/// The name of this machine.
enum HostName {
    /// As it is now; nil where the system does not say.
    static func own() -> String? {
        var name = [CChar](repeating: 0, count: 256)
        // The last byte stays zero: a name that is cut short has no end of its own.
        guard gethostname(&name, name.count - 1) == 0 else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
