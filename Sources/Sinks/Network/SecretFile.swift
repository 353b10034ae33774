import Glibc
import TacitDiagnostics

/// A password or token that lies in a file: its first line.
package enum SecretFile {
    /// Seconds in which a pipe has to give its first line.
    package static let patience = 10.0
    private static let longest = 4096

    /// - Parameters:
    ///   - path: of the file; what a shell's substitution (`<(...)`) or another program writes into a pipe is waited
    ///     for.
    ///   - least: bytes that it must have.
    ///   - patience: seconds that a pipe is waited for.
    /// - Throws: `TacitError`: input for a file that can't be read and for a pipe that gives nothing in time, data for
    ///   one with nothing, or too little, in it.
    package static func read(_ path: String, least: Int = 1, patience: Double = SecretFile.patience) throws -> String {
        let descriptor = try opened(path)
        defer { close(descriptor) }
        let line = try firstLine(descriptor, path, patience)
        guard line.count >= least, line.count <= longest, !line.contains(0),
            let text = String(validating: line, as: UTF8.self)
        else { throw TacitError.badData(path, "expected \(least) to \(longest) bytes of text in its first line") }
        return text
    }

    /// A token, which travels in a request's header.
    ///
    /// - Throws: `TacitError`: as `read` does, and data for one that can't be sent.
    package static func token(_ path: String, least: Int) throws -> String {
        let token = try read(path, least: least)
        guard token.utf8.allSatisfy({ (0x20...0x7e).contains($0) }), token.first != " ", token.last != " " else {
            throw TacitError.badData(
                path,
                "expected a token of printable ASCII, with no space at its ends, in its first line: a browser sends no other"
            )
        }
        return token
    }

    /// The first bytes of a file, of which none is waited for.
    ///
    /// - Throws: `TacitError` (input) for one that can't be read.
    static func bytes(_ path: String, most: Int) throws -> [UInt8] {
        let descriptor = try opened(path)
        defer { close(descriptor) }
        let (bytes, number) = FileBytes.read(descriptor, most: most)
        guard number == 0 else { throw TacitError.system(.noInput, number, file: path) }
        return bytes
    }

    /// A pipe without a writer would keep an ordinary `open` for as long as there is none.
    private static func opened(_ path: String) throws -> Int32 {
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) }
        guard descriptor >= 0 else { throw TacitError.system(.noInput, file: path) }
        return descriptor
    }

    /// What stands in front of the first end of a line; one byte more than there may be, at most.
    private static func firstLine(_ descriptor: Int32, _ path: String, _ patience: Double) throws -> [UInt8] {
        let deadline = Stopwatch.now + patience
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count <= longest {
            // A pipe that nobody has written into yet would read like one at its end.
            var news = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = deadline - Stopwatch.now
            guard poll(&news, 1, Int32(max(0, left) * 1000)) > 0 else {
                if left > 0 { continue }
                let what = line.isEmpty ? "nothing" : "no whole line"
                throw TacitError(
                    .noInput, file: path, "\(what) was written into it in \(Int(patience.rounded(.up))) seconds")
            }
            let count = Glibc.read(descriptor, &byte, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count >= 0 else { throw TacitError.system(.noInput, file: path) }
            guard count > 0, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") else { break }
            line.append(byte)
        }
        return line
    }
}
