/// Where in a file something stands. Both count from 1, columns in code points.
package struct SettingsPlace: Equatable, Hashable, Comparable, Sendable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (one: SettingsPlace, other: SettingsPlace) -> Bool {
        (one.line, one.column) < (other.line, other.column)
    }
}

/// What is wrong with a file of settings, and where.
package struct SettingsFault: Error, Equatable, Sendable {
    package let place: SettingsPlace
    /// What is wrong and what was expected, as one line without a final full stop.
    package let words: String

    package init(_ place: SettingsPlace, _ words: String) {
        self.place = place
        self.words = words
    }
}
