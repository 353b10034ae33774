import TacitText

/// What teaches the labels of a file to a model that were taught to another one.
package enum RenewCommand {
    /// As a shell takes it.
    package static func words(model: String, labels: String) -> String {
        "tacit learn \(ShellQuote.word(model)) --renew --labels \(ShellQuote.word(labels))"
    }
}
