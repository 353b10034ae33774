extension String {
    /// For people, as one line: what would spoil it, which names in hostile files may hold, is escaped.
    package var asLine: String {
        var line = ""
        for scalar in SystemPath.printable(self).unicodeScalars {
            if scalar.spoilsLine {
                line += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}
