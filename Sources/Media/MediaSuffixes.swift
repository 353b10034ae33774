/// What files are by their suffixes, where a folder is looked through: a file that is named is what its bytes say.
package enum MediaSuffixes {
    /// Of the sounds that are read.
    package static let sounds: Set<String> = [
        "16sv", "8svx", "aif", "aifc", "aiff", "au", "avr", "bwf", "caf", "fap", "flac", "htk", "iff", "ircam", "mp2",
        "mp3", "mpga", "nist", "oga", "ogg", "opus", "paf", "pvf", "rf64", "sds", "sf", "snd", "sph", "svx", "voc",
        "w64",
        "wav", "wave", "wve", "xi",
    ]

    /// Of the pictures that are read.
    package static let pictures: Set<String> = ["apng", "gif", "jfif", "jpe", "jpeg", "jpg", "png", "webp"]

    /// Of sounds, and of films with sound, that are not read: told rather than left out in silence.
    package static let unreadSounds: Set<String> = [
        "3gp", "aac", "ac3", "amr", "ape", "avi", "dff", "dsf", "dts", "eac3", "flv", "m2ts", "m4a", "m4b", "m4v",
        "mka",
        "mkv", "mov", "mp4", "mpc", "mpg", "nut", "ra", "rm", "shn", "spx", "tak", "ts", "tta", "webm", "wma", "wv",
    ]

    /// Of pictures that are not read.
    package static let unreadPictures: Set<String> = [
        "avif", "bmp", "heic", "heif", "jxl", "pbm", "pgm", "pnm", "ppm", "svg", "tif", "tiff",
    ]

    /// Whether a name ends with a dot and one of these, in letters of either size.
    package static func has(_ name: String, _ suffixes: Set<String>) -> Bool {
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
        return suffixes.contains(name[name.index(after: dot)...].lowercased())
    }
}
