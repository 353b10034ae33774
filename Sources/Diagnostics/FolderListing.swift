import Glibc

/// What a folder holds, in the order in which the system has it; never `.` and `..`. What can't be read of it ends the
/// listing, as if there were no more.
package enum FolderListing {
    /// - Throws: `TacitError` (no input) where the folder can't be opened; what `body` throws, which ends the listing.
    package static func forEachName(in path: String, _ body: (String) throws -> Void) throws {
        let listing = try opened(path)
        defer { closedir(listing) }
        while let entry = next(listing) { try body(name(entry)) }
    }

    /// The same of a folder that is open, and stays so.
    ///
    /// - Throws: `TacitError` (no input) where it can't be listed; what `body` throws, which ends the listing.
    package static func forEachName(at descriptor: Int32, _ body: (String) throws -> Void) throws {
        // `closedir` closes what it was given.
        let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { throw TacitError.system(.noInput) }
        guard let listing = fdopendir(own) else {
            let number = errno
            close(own)
            throw TacitError.system(.noInput, number)
        }
        defer { closedir(listing) }
        while let entry = next(listing) { try body(name(entry)) }
    }

    /// - Parameters:
    ///   - path: of the folder.
    ///   - most: names, after which the rest is left out.
    /// - Throws: `TacitError` (no input) where the folder can't be opened.
    package static func names(in path: String, most: Int = .max) throws -> [String] {
        let listing = try opened(path)
        defer { closedir(listing) }
        var names: [String] = []
        while names.count < most, let entry = next(listing) { names.append(name(entry)) }
        return names
    }

    /// How many there are, without a string for each; nil where the folder can't be opened.
    package static func count(in path: String) -> Int? {
        guard let listing = try? opened(path) else { return nil }
        defer { closedir(listing) }
        var count = 0
        while next(listing) != nil { count += 1 }
        return count
    }

    private static func opened(_ path: String) throws -> OpaquePointer {
        guard let listing = SystemPath.withBytes(path, { opendir($0) }) else {
            throw TacitError.system(.noInput, file: path)
        }
        return listing
    }

    private static func next(_ listing: OpaquePointer) -> UnsafeMutablePointer<dirent>? {
        while let entry = readdir(listing) {
            if !isFolderOrParent(entry) { return entry }
        }
        return nil
    }

    private static func isFolderOrParent(_ entry: UnsafeMutablePointer<dirent>) -> Bool {
        let dot: CChar = 46
        guard entry.pointee.d_name.0 == dot else { return false }
        let second = entry.pointee.d_name.1
        return second == 0 || second == dot && entry.pointee.d_name.2 == 0
    }

    private static func name(_ entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafePointer(to: &entry.pointee.d_name) { place in
            place.withMemoryRebound(to: CChar.self, capacity: 256) { SystemPath.string($0) }
        }
    }
}
