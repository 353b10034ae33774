import TacitDiagnostics

/// CIFAR-10 (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009): colour pictures of 32 x 32, in
/// one of two layouts:
/// - the published binary batches, `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, each record a label
///   and a plane each of red, green and blue;
/// - a folder a class in `train` and `test`, with a picture file each.
enum CIFAR10 {
    static let classes = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]
    private static let side = 32
    private static let planeBytes = side * side
    private static let recordBytes = 1 + 3 * planeBytes
    /// The published batches have 10,000 records.
    private static let maximumRecords = 100_000

    static func read(_ root: Folder, split: String) throws -> DataSet {
        let inner = root.hasFile("cifar-10-batches-bin/test_batch.bin") ? try root.folder("cifar-10-batches-bin") : root
        if inner.hasFile("test_batch.bin") || inner.hasFile("data_batch_1.bin") {
            return try batches(inner, split: split)
        }
        guard let folder = try? root.folder(split) else {
            throw TacitError(.noInput, file: root.path, "neither \(split)/ nor binary batches are there")
        }
        var found = ClassFolders.Found()
        for name in try folder.names(folders: true) {
            guard let index = classes.firstIndex(of: name) else {
                throw TacitError.badData(folder.join(name), "'\(name)' is none of CIFAR-10's classes")
            }
            let inner = try folder.folder(name)
            found.examples += try ClassFolders.names(in: inner, .picture, &found).map {
                DataSet.Example(path: inner.join($0), classes: [index])
            }
        }
        return found.set(DataSet(kind: .cifar10, split: split, classes: classes, isMultilabel: false, examples: []))
    }

    private static func batches(_ root: Folder, split: String) throws -> DataSet {
        let names = split == "test" ? ["test_batch.bin"] : (1...5).map { "data_batch_\($0).bin" }
        var examples: [DataSet.Example] = []
        var pixels: [UInt8] = []
        for name in names {
            let path = root.join(name)
            let bytes = try BoundedFile.read(path, maximumBytes: maximumRecords * recordBytes)
            guard !bytes.isEmpty, bytes.count % recordBytes == 0 else {
                throw TacitError.badData(
                    path, "\(bytes.count) bytes, expected whole records of \(recordBytes)")
            }
            pixels.reserveCapacity(pixels.count + names.count * bytes.count)
            for record in 0..<bytes.count / recordBytes {
                let start = record * recordBytes
                guard classes.indices.contains(Int(bytes[start])) else {
                    throw TacitError.badData(path, at: "record \(record)", "label \(bytes[start]), expected 0 to 9")
                }
                examples.append(
                    DataSet.Example(
                        path: "\(path)#\(record)", classes: [Int(bytes[start])], picture: examples.count))
                for pixel in start + 1..<start + 1 + planeBytes {
                    for plane in 0..<3 { pixels.append(bytes[pixel + plane * planeBytes]) }
                }
            }
        }
        return DataSet(
            kind: .cifar10, split: split, classes: classes, isMultilabel: false, examples: examples,
            pictures: PictureSet(width: side, height: side, channels: 3, pixels: pixels))
    }
}
