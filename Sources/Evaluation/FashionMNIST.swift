import TacitDiagnostics

/// Fashion-MNIST (Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
/// Algorithms", 2017): four idx files, `train-` and `t10k-` with `images-idx3-ubyte` and `labels-idx1-ubyte`, gzipped
/// or not; grey pictures of 28 x 28.
enum FashionMNIST {
    static let classes = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]

    static func read(_ root: Folder, split: String) throws -> DataSet {
        let part = split == "train" ? "train" : "t10k"
        let imagePath = file(root, "\(part)-images-idx3-ubyte")
        let labelPath = file(root, "\(part)-labels-idx1-ubyte")
        let images = try IDXFile(path: imagePath, dimensions: 3)
        let labels = try IDXFile(path: labelPath, dimensions: 1)
        guard images.shape[0] == labels.shape[0] else {
            throw TacitError.badData(labelPath, "\(labels.shape[0]) labels for \(images.shape[0]) pictures")
        }
        guard images.shape[1] <= 1 << 12, images.shape[2] <= 1 << 12 else {
            throw TacitError.badData(
                imagePath, at: "header", "pictures of \(images.shape[2]) x \(images.shape[1]), expected 28 x 28")
        }
        let examples = try labels.bytes.enumerated().map { index, label in
            guard classes.indices.contains(Int(label)) else {
                throw TacitError.badData(labelPath, at: "label \(index)", "\(label), expected 0 to 9")
            }
            return DataSet.Example(path: "\(imagePath)#\(index)", classes: [Int(label)], picture: index)
        }
        return DataSet(
            kind: .fashionMNIST, split: split, classes: classes, isMultilabel: false, examples: examples,
            pictures: PictureSet(
                width: images.shape[2], height: images.shape[1], channels: 1, pixels: Array(images.bytes)))
    }

    /// The file as it was published, gzipped, or unpacked.
    private static func file(_ root: Folder, _ name: String) -> String {
        root.join(root.hasFile(name) ? name : name + ".gz")
    }
}
