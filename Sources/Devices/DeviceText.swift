import TacitDiagnostics

/// Words that a device has for itself: anything may be in them.
enum DeviceText {
    /// The text with what would spoil a line replaced.
    static func printable(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(256) {
            line.append(scalar.spoilsLine ? "?" : scalar)
        }
        return String(line)
    }
}
