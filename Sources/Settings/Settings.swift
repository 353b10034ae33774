import TacitDiagnostics
import TacitText

/// What a file of settings says, each name and value of a kind that it may be, every name that it uses in it.
package struct Settings: Sendable {
    /// A key with its value, as the command line would have it.
    package struct Entry: Equatable, Sendable {
        /// The flag's name.
        package let name: String
        package let place: SettingsPlace
        /// As text; empty for a flag that is false.
        package let values: [String]
        package let isFlag: Bool

        /// For the parser of the command line.
        package var arguments: [String] { isFlag ? values.map { _ in "--\(name)" } : values.map { "--\(name)=\($0)" } }
    }

    package struct Name: Equatable, Sendable {
        /// Bytes of what events and topics call an input.
        package static let lengths = 1...64

        package let text: String
        package let place: SettingsPlace

        /// What is wrong with such a text, as what stands behind "expected" or "must be"; nil for nothing.
        package static func fault(in text: String) -> String? {
            guard lengths.contains(text.utf8.count), SystemPath.printable(text) == text else {
                return "text of \(lengths.lowerBound) to \(lengths.upperBound) bytes"
            }
            // Terminals would show the rest of a line in another order.
            guard !text.unicodeScalars.contains(where: \.spoilsLine) else {
                return "text without control characters, nor any that end a line or set a direction"
            }
            return nil
        }
    }

    /// Times of the day at which events are not sent.
    package struct Quiet: Sendable {
        package var times = TimesOfDay([])
        /// Where the first of them stand; nil where there are none.
        package var place: SettingsPlace?
    }

    package enum Sense: String, Sendable, CaseIterable {
        case sound
        case pictures
    }

    package struct Input: Sendable {
        package var name: Name
        package var sense: Sense?
        package var model: Name?
        /// Names of sinks; of all of them where the file doesn't say.
        package var to: [Name] = []
        package var quiet = Quiet()
        package var entries: [Entry] = []
        /// Keys whose values could not be read, which is among the faults: what follows from their absence is no fault.
        package var unread: Set<String> = []

        package func entry(_ name: String) -> Entry? { entries.first { $0.name == name } }
    }

    package struct Sink: Sendable {
        package var name: Name
        /// As `--to` takes it.
        package var address: Name
        package var entries: [Entry] = []
        /// As of an input.
        package var unread: Set<String> = []

        package func entry(_ name: String) -> Entry? { entries.first { $0.name == name } }
    }

    package struct Label: Sendable {
        package var name: Name
        package var threshold: Float?
        /// Seconds.
        package var onAfter: Double?
        package var offAfter: Double?
        /// The name that events of all labels with the same one carry instead of their own.
        package var group: Name?
        package var quiet = Quiet()
        /// Where each of its keys stands.
        package var places: [String: SettingsPlace] = [:]
    }

    package var inputs: [Input] = []
    package var sinks: [Sink] = []
    package var labels: [Label] = []
    /// When nothing's events are sent.
    package var quiet = Quiet()
    /// Whether some inputs are left out, because their names could not be read.
    package var lacksInputs = false
    /// The same of sinks, of which there must be an address as well.
    package var lacksSinks = false

    /// Where the first times of the day stand, of whatever they are; nil where there are none.
    package var firstQuiet: SettingsPlace? {
        ([quiet] + inputs.map(\.quiet) + labels.map(\.quiet)).compactMap(\.place).min()
    }

    package init() {}
}
