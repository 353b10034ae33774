/// A value of a TOML file and where it stands.
package struct TOMLNode: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
        /// In the order of the file.
        case table([Member])
        case array([TOMLNode])
        case text(String)
        case whole(Int)
        case number(Double)
        case flag(Bool)
        /// A date, a time, or both.
        case moment
    }

    /// A key of a table, and what it stands for.
    package struct Member: Equatable, Sendable {
        package let key: String
        package let place: SettingsPlace
        package let node: TOMLNode
    }

    package let value: Value
    package let place: SettingsPlace

    /// What it is, for people.
    var kind: String {
        switch value {
        case .table: "a table"
        case .array: "an array"
        case .text: "a text"
        case .whole: "a whole number"
        case .number: "a number"
        case .flag(let value): "\(value)"
        case .moment: "a date or time"
        }
    }
}
