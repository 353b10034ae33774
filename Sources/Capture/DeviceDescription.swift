/// A device that labels can be made from.
public struct DeviceDescription: Equatable, Sendable {
    public enum Kind: String, Sendable {
        case microphone
        case camera
    }

    public var kind: Kind
    /// For people.
    public var name: String
    /// For `--device`; the same after a reboot.
    public var id: String
    /// What it can deliver, in words; empty when it is in use and doesn't tell.
    public var formats: [String]

    public init(kind: Kind, name: String, id: String, formats: [String]) {
        self.kind = kind
        self.name = name
        self.id = id
        self.formats = formats
    }
}
