/// A key of a table, named as a flag of the command line is; with `_` for `-` it is the same key.
package struct SettingsKey: Equatable, Sendable {
    /// What a key's value has to be.
    package enum Kind: Equatable, Sendable {
        case text
        /// One text, or an array of them.
        case texts
        case number
        case whole
        case flag
        /// A whole number, or a text such as "500M".
        case bytes
        /// true and false, or "on" and "off".
        case onOff
    }

    package let name: String
    package let kind: Kind

    /// For people.
    var expected: String {
        switch kind {
        case .text: "a text"
        case .texts: "a text or an array of texts"
        case .number: "a number"
        case .whole: "a whole number"
        case .flag: "true or false"
        case .bytes: "a whole number or a text such as \"500M\""
        case .onOff: "\"on\" or \"off\""
        }
    }

    private static func keys(_ kind: Kind, _ names: String...) -> [SettingsKey] {
        names.map { SettingsKey(name: $0, kind: kind) }
    }

    /// Of an input: the flags of `listen` and `watch` that are about one stream.
    package static let input =
        keys(.text, "device", "input", "command", "labels", "weights-isa")
        + keys(.texts, "only", "except")
        + keys(.flag, "realtime", "logits", "json")
        + keys(.whole, "top", "threads")
        + keys(
            .number, "command-silence", "threshold", "smooth", "on-after", "off-after", "off-below", "wait", "wait-lost"
        )
        + sound + pictures + keys(.number, "rate")

    /// Of an input of sound, or of pictures, alone.
    package static let sound = keys(.whole, "channels") + keys(.flag, "raw") + keys(.number, "gate", "hop")
    package static let pictures = keys(.text, "size", "format") + keys(.whole, "stride") + keys(.number, "every")

    /// Of a sink: the flags that go with `--to`.
    package static let sink =
        keys(
            .text, "mqtt-password-file", "mqtt-ca-file", "mqtt-cert-file", "mqtt-key-file", "http-token-file",
            "http-name")
        + keys(.onOff, "mqtt-discovery")
        + keys(.flag, "mqtt-commands", "rotate-daily", "require-sinks", "json")
        + keys(.number, "clip-before", "clip-after", "clip-longest", "clip-days", "exec-seconds")
        + keys(.whole, "clip-count", "exec-most", "rotate-keep")
        + keys(.bytes, "clip-bytes", "clip-reserve", "rotate-bytes")

    /// The name of a key that is written with either sign.
    static func canonical(_ key: String) -> String { String(key.map { $0 == "_" ? "-" : $0 }) }
}
