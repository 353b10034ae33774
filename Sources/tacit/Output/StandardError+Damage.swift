import TacitConsole
import TacitDiagnostics
import TacitMedia

extension StandardError {
    /// A line of what is lost of a sound that was read all the same; none for a whole one.
    ///
    /// - Parameter say: writes it.
    static func tell(_ damage: SoundDamage, of name: String, by say: (String) -> Void = StandardError.line) {
        guard !damage.isNone else { return }
        say(TacitError.badData(name, "\(damage)").description)
    }
}
