import TacitDiagnostics

/// GTZAN (Tzanetakis and Cook, "Musical genre classification of audio signals", 2002): `genres/GENRE/GENRE.NNNNN.au`,
/// or `genres_original` with .wav, as the copy that is passed around today has it, whose `jazz.00054.wav` has no sound
/// in it and is left out.
///
/// The set has no published split. Beside `all`, clips whose number ends in 0 are `test`, in 1 `val`, the others
/// `train`, as in the training tool.
enum GTZAN {
    private static let folders = ["genres", "genres_original"]
    private static let broken = (folder: "genres_original", name: "jazz.00054.wav")

    static func read(_ root: Folder, split: String) throws -> DataSet {
        guard let name = try folders.first(where: { try root.names(folders: true).contains($0) }) else {
            throw TacitError(.noInput, file: root.path, "no folder \(folders.joined(separator: " or ")) in it")
        }
        var set = try ClassFolders.read(root.folder(name), kind: .gtzan, medium: .sound)
        set.examples = try set.examples.filter { example in
            let file = example.path.split(separator: "/").last.map(String.init) ?? ""
            if name == broken.folder, file == broken.name { return false }
            return try split == "all" || Self.split(of: file, example.path) == split
        }
        return set
    }

    private static func split(of file: String, _ path: String) throws -> String {
        let parts = file.split(separator: ".")
        guard parts.count >= 3, let digit = parts[parts.count - 2].last, digit.isASCII, digit.isNumber else {
            throw TacitError.badData(path, "expected a name like blues.00000.au")
        }
        return digit == "0" ? "test" : digit == "1" ? "val" : "train"
    }
}
