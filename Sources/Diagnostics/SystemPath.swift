import Glibc

/// Paths as strings, though to the system a file's name is any bytes.
///
/// A byte that is no UTF-8 stands as a code point of its own from the end of the last private plane, U+10FE80 to
/// U+10FEFF, and is that byte again when the system is asked (as Python's PEP 383 does it with lone surrogates, which
/// Swift's strings can't hold). A name that really has such a code point is taken as bytes too, so that nothing is
/// mistaken for anything else.
package enum SystemPath {
    private static let first: UInt32 = 0x10_fe00
    private static let escapes: ClosedRange<UInt32> = 0x10_fe80...0x10_feff

    /// From what the system gave, ended by a zero.
    package static func string(_ bytes: UnsafePointer<CChar>) -> String {
        let whole = String(cString: bytes)
        let units = UnsafeBufferPointer(start: bytes, count: length(bytes)).map { UInt8(bitPattern: $0) }
        if whole.utf8.elementsEqual(units), !whole.unicodeScalars.contains(where: isEscape) { return whole }
        var text = ""
        var place = 0
        while place < units.count {
            // The shortest start that is one character as it stands.
            let size = (1...4).first { size in
                guard let one = String(validating: units[place...].prefix(size), as: UTF8.self) else { return false }
                return !one.unicodeScalars.contains(where: isEscape)
            }
            if let size {
                text += String(decoding: units[place..<min(place + size, units.count)], as: UTF8.self)
                place += size
            } else {
                if let scalar = Unicode.Scalar(first + UInt32(units[place])) { text.unicodeScalars.append(scalar) }
                place += 1
            }
        }
        return text
    }

    /// What a path leads to, `S_IFREG` and its like; nil where there is nothing or it can't be asked.
    package static func kind(_ path: String) -> mode_t? {
        var information = stat()
        return withBytes(path, { stat($0, &information) }) == 0 ? information.st_mode & S_IFMT : nil
    }

    /// Why the system can't tell what a path leads to, as of what lies in a folder that is closed; nil where it can, and
    /// where nothing is there.
    package static func trouble(_ path: String) -> Int32? {
        var information = stat()
        guard withBytes(path, { stat($0, &information) }) != 0 else { return nil }
        let number = errno
        return number == ENOENT || number == ENOTDIR ? nil : number
    }

    /// Calls `body` with the bytes that the system knows a path by, ended by a zero; with none, which is no file's path,
    /// for one with a zero within: what stands before that is another file's.
    package static func withBytes<Result>(_ path: String, _ body: (UnsafePointer<CChar>) throws -> Result) rethrows
        -> Result
    {
        if path.utf8.contains(0) { return try "".withCString(body) }
        guard path.unicodeScalars.contains(where: isEscape) else { return try path.withCString(body) }
        var bytes: [CChar] = []
        for scalar in path.unicodeScalars {
            if isEscape(scalar) {
                bytes.append(CChar(bitPattern: UInt8(scalar.value - first)))
            } else {
                bytes += UTF8.encode(scalar)?.map { CChar(bitPattern: $0) } ?? []
            }
        }
        return try (bytes + [0]).withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("an array with a zero has a place") }
            return try body(base)
        }
    }

    /// Without links, from the root on; nil where there is nothing.
    package static func resolved(_ path: String) -> String? {
        guard let real = withBytes(path, { realpath($0, nil) }) else { return nil }
        defer { free(real) }
        return string(real)
    }

    /// Where what is written to a path has to go: to what a link leads to, also where that is not there yet.
    package static func target(of path: String) -> String {
        if let whole = resolved(path) { return whole }
        var path = path
        // As many as the system follows itself.
        for _ in 0..<40 {
            guard let next = link(path) else { return path }
            path = next.utf8.first == UInt8(ascii: "/") ? next : "\(folder(of: path))/\(next)"
        }
        return path
    }

    /// Where a link leads, as it is written; nil for what is none.
    package static func link(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let count = withBytes(path) { readlink($0, base, Int(PATH_MAX)) }
            guard count > 0 else { return nil }
            base[count] = 0
            return string(base)
        }
    }

    /// A path that a program gives. What the command takes for standard input, "-", is a file of that name there,
    /// wherever it comes to: standard input is the program's own.
    package static func ofFile(_ path: String) -> String { path == StandardInput.path ? "./-" : path }

    /// Whether the system's bytes were UTF-8.
    package static func isText(_ name: String) -> Bool { !name.unicodeScalars.contains(where: isEscape) }

    /// Whether two names are one to the system, which compares bytes; Swift's `==` takes those that look alike for one.
    package static func areSame(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool {
        one.utf8.elementsEqual(other.utf8)
    }

    /// A path's last name. By bytes: a character that begins behind the slash may have it in itself.
    package static func name(of path: String) -> Substring {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.utf8.index(after: $0)...] } ?? path[...]
    }

    /// For people: the last name, without slashes behind it; the whole of a path that is nothing else.
    package static func shortName(of path: String) -> String {
        let end = path.utf8.lastIndex { $0 != UInt8(ascii: "/") }.map { path.utf8.index(after: $0) }
        return end.map { String(name(of: String(path[..<$0]))) } ?? path
    }

    /// The folder that a path's last name lies in; by bytes, as `name(of:)`.
    package static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// For people and for JSON: with the mark for what can't be shown.
    package static func printable(_ path: String) -> String {
        guard path.unicodeScalars.contains(where: isEscape) else { return path }
        var text = ""
        for scalar in path.unicodeScalars { text.unicodeScalars.append(isEscape(scalar) ? "\u{fffd}" : scalar) }
        return text
    }

    private static func isEscape(_ scalar: Unicode.Scalar) -> Bool { escapes.contains(scalar.value) }

    private static func length(_ bytes: UnsafePointer<CChar>) -> Int {
        var count = 0
        while bytes[count] != 0 { count += 1 }
        return count
    }
}
