import TacitMedia

/// What was lost of a sound that is damaged, or was cut off, and all else of which is read.
public typealias SoundDamage = TacitMedia.SoundDamage
