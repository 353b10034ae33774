/// What went wrong, in the terms a user can act on: which kind of trouble, which file, where in it, and why.
///
/// Libraries throw it; only the executables turn it into a line of text and an exit status (`sysexits.h`).
public struct TacitError: Error, Equatable, Sendable {
    /// The kind of trouble. Each has one exit status.
    public enum Kind: Equatable, Sendable {
        /// The command line, or a program's call, asks for something impossible (64).
        case usage
        /// A model, adapter, sound or image is broken, unsupported or of the wrong sense (65).
        case badData
        /// There is no such input, or it can't be read (66).
        case noInput
        /// A device is not there (69).
        case deviceUnavailable
        /// The output can't be written (73).
        case cannotCreate
        /// Reading or writing failed midway, or the system refused memory or a thread (74).
        case inputOutput
        /// A device went away and did not come back in time (75).
        case deviceLost
    }

    /// Which kind of trouble, and so which exit status.
    public var kind: Kind
    /// The file or device concerned, as the user named it.
    public var file: String?
    /// Where in the file: a tensor, a key, a byte offset; without a file, which setting.
    public var place: String?
    /// What is wrong and what was expected, as one line without a final full stop.
    public var reason: String
    /// What would mend it, for programs that have words for that.
    package var remedy: Remedy?

    package enum Remedy: Equatable, Sendable {
        /// To teach a first label, which makes the file.
        case teaching
        /// To say that samples are raw.
        case takingAsSamples
        /// To teach the labels of a file to a model, by their clips.
        case renewing(model: String, labels: String)
        /// To teach what has no clip once more to the model of this name, or to forget it.
        case teachingAgain(model: String)
    }

    /// - Parameters:
    ///   - kind: of trouble.
    ///   - file: the file or device concerned, as the user named it.
    ///   - place: where in the file, or which setting.
    ///   - reason: what is wrong and what was expected, as one line without a final full stop.
    public init(_ kind: Kind, file: String? = nil, place: String? = nil, _ reason: String) {
        self.kind = kind
        self.file = file
        self.place = place
        self.reason = reason
    }

    /// Why something failed, without the file and the place, for whoever names these otherwise or not at all.
    package static func reason(of error: any Error) -> String { (error as? TacitError)?.reason ?? "\(error)" }

    /// A broken or unsupported file.
    public static func badData(_ file: String, at place: String? = nil, _ reason: String) -> TacitError {
        TacitError(.badData, file: file, place: place, reason)
    }

    /// The same error with what would mend it.
    package func mended(by remedy: Remedy) -> TacitError {
        var error = self
        error.remedy = remedy
        return error
    }

    /// The same error with the file's name filled in, where the thrower did not know it.
    public func inFile(_ file: String) -> TacitError {
        var error = self
        error.file = self.file ?? file
        return error
    }
}

extension TacitError: CustomStringConvertible {
    /// One line: `file: place: reason`. What would spoil it, which names in hostile files may hold, is escaped.
    public var description: String {
        [file.map { $0.isEmpty ? "''" : $0 }, place, reason].compactMap { $0 }.map(\.asLine).joined(separator: ": ")
    }
}
