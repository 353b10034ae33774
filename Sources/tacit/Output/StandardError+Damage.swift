import TacitConsole
import TacitDiagnostics
import TacitMedia

extension StandardError {
    /// A line of what is lost of a sound that was read all the same; none for a whole one.
    static func tell(_ damage: SoundDamage, of name: String) {
        guard !damage.isNone else { return }
        line(TacitError.badData(name, "\(damage)").description)
    }
}
