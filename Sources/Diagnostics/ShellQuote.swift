/// Words of a command that is shown to a person, who may hand it to a shell as it is.
package enum ShellQuote {
    /// The word as a shell takes it for one, whatever is in it. What can't be shown becomes a question mark.
    package static func word(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in SystemPath.printable(text).unicodeScalars.prefix(4096) {
            let isControl =
                scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
                || (0x2028...0x202e).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            shown.append(isControl ? "?" : scalar)
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
