/// What model files are called.
package enum ModelFileName {
    /// The one for sound that is taken where none is named, and the one for pictures.
    package static let sound = "sound.gguf"
    package static let image = "image.gguf"
    /// All that are shipped.
    package static let shipped = [sound, image, "words.gguf", "fashion.gguf", "hands.gguf"]

    /// Whether a file is a model or its place, by its name: in whatever case, as disks that know none have it.
    package static func isOne(_ path: String) -> Bool { path.lowercased().hasSuffix(".gguf") }
}
