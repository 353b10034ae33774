/// Words that a device has for itself: anything may be in them.
enum DeviceText {
    /// The text with what would spoil a line replaced.
    static func printable(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(256) {
            let isControl =
                scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || (0x2028...0x202e).contains(scalar.value)
                || (0x2066...0x2069).contains(scalar.value)
            line.append(isControl ? "?" : scalar)
        }
        return String(line)
    }
}
