import ArgumentParser
import TacitDiagnostics
import TacitModelFile

/// The first argument is the model if its name ends in `.gguf`.
enum ModelArgument {
    static func split(_ arguments: [String]) -> (model: String?, paths: [String]) {
        guard let first = arguments.first, ModelFileName.isOne(first) else { return (nil, arguments) }
        return (first, Array(arguments.dropFirst()))
    }

    /// The same for commands that take files behind the model.
    ///
    /// - Throws: `ValidationError` for none, for a second model in front of them, and for standard input twice.
    static func withPaths(_ arguments: [String], purpose: String) throws -> (model: String?, paths: [String]) {
        let (model, paths) = split(arguments)
        if let model, let second = paths.first, ModelFileName.isOne(second) {
            throw ValidationError("Two models, \(model) and \(second): name one, then the files.")
        }
        guard !paths.isEmpty else { throw ValidationError("Name a file to \(purpose).") }
        try requireStandardInputOnce(paths)
        return (model, paths)
    }

    static func requireStandardInputOnce(_ paths: [String]) throws {
        guard paths.count(where: { $0 == StandardInput.path }) < 2 else {
            throw ValidationError("'-' is standard input, which can be read once.")
        }
    }

    /// For commands that take nothing but a model.
    static func only(_ arguments: [String]) throws -> String? {
        let (model, rest) = split(arguments)
        if let model, let second = rest.first(where: ModelFileName.isOne) {
            throw ValidationError("Two models, \(model) and \(second): name one.")
        }
        if let extra = rest.first {
            throw ValidationError("Unexpected argument '\(extra)': a model's name ends in .gguf.")
        }
        return model
    }
}
