/// A command line split into words as a POSIX shell splits it: spaces between words, quotes of both kinds, backslashes.
/// Nothing is expanded.
package enum ShellWords {
    /// - Returns: nil for a quote that is never closed, or a backslash with nothing behind it.
    package static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = text.unicodeScalars.map(Character.init)[...]
        while let character = characters.popFirst() {
            switch (character, quote) {
            case ("'", "'"), ("\"", "\""): quote = nil
            case ("'", nil), ("\"", nil):
                quote = character
                word = word ?? ""
            case ("\\", nil):
                guard let next = characters.popFirst() else { return nil }
                if next != "\n" { word = (word ?? "") + String(next) }
            case ("\\", "\""):
                guard let next = characters.first else { return nil }
                if "\"\\$`\n".contains(next) {
                    characters.removeFirst()
                    if next != "\n" { word = (word ?? "") + String(next) }
                } else {
                    word = (word ?? "") + "\\"
                }
            case (" ", nil), ("\t", nil), ("\n", nil):
                if let whole = word { words.append(whole) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(word) }
        return words
    }
}
