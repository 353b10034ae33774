/// What the programs and the library say of themselves.
package enum Release {
    /// Of what the library and the command promise; a package's version, by which later ones are upgrades, is its
    /// commit's date.
    package static let version: StaticString = "1.0.0"
}
