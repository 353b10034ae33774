/// A device that labels can be made from.
package struct DeviceDescription: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case microphone
        case camera
    }

    package var kind: Kind
    /// For people.
    package var name: String
    /// For `--device`; the same after a reboot.
    package var id: String
    /// What it can deliver, in words; empty when it is in use and doesn't tell.
    package var formats: [String]

    package init(kind: Kind, name: String, id: String, formats: [String]) {
        self.kind = kind
        self.name = name
        self.id = id
        self.formats = formats
    }
}
