import ArgumentParser

/// The first argument is the model if its name ends in `.gguf`.
enum ModelArgument {
    static func split(_ arguments: [String]) -> (model: String?, paths: [String]) {
        guard let first = arguments.first, first.hasSuffix(".gguf") else { return (nil, arguments) }
        return (first, Array(arguments.dropFirst()))
    }

    /// For commands that take nothing but a model.
    static func only(_ arguments: [String]) throws -> String? {
        let (model, rest) = split(arguments)
        if let extra = rest.first {
            throw ValidationError("Unexpected argument '\(extra)': a model's name ends in .gguf.")
        }
        return model
    }
}
