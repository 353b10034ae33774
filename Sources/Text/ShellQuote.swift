import TacitDiagnostics

/// Words of a command that is shown to a person, who may hand it to a shell as it is.
package enum ShellQuote {
    /// The word as a shell takes it for one, whatever is in it. What can't be shown becomes a question mark.
    package static func word(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in SystemPath.printable(text).unicodeScalars.prefix(4096) {
            shown.append(scalar.spoilsLine ? "?" : scalar)
        }
        let isPlain =
            !shown.isEmpty && shown.first != "-"
            && shown.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                        || "_./:@%+=,-".unicodeScalars.contains(scalar))
            }
        if isPlain { return String(shown) }
        return "'" + shown.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
    }
}
