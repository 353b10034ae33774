import TacitDiagnostics

/// An array of bytes in the idx format (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"): two
/// zeros, 0x08 for bytes, the number of dimensions, each as a big-endian 32-bit number, then the elements. Gzipped or
/// not.
package struct IDXFile {
    package let shape: [Int]
    /// Row-major, with nothing behind the last element.
    package let bytes: ArraySlice<UInt8>

    /// Elements of the largest array that is read.
    static let maximumElements = 1 << 28

    /// - Parameters:
    ///   - path: of the file, as it is or compressed by gzip.
    ///   - dimensions: how many there must be, at least 1.
    /// - Throws: `TacitError`: no input for what is absent, bad data for what is no such array, of another length than
    ///   its header says, or too large.
    package init(path: String, dimensions: Int) throws {
        let headerBytes = 4 + 4 * dimensions
        let contents = try GzipFile.read(path, maximumBytes: headerBytes + Self.maximumElements)
        guard contents.count >= headerBytes, contents[0] == 0, contents[1] == 0 else {
            throw TacitError.badData(path, "not an idx file")
        }
        guard contents[2] == 8, Int(contents[3]) == dimensions else {
            throw TacitError.badData(
                path, at: "header",
                "type \(contents[2]) in \(contents[3]) dimensions, expected bytes (8) in \(dimensions)")
        }
        var shape: [Int] = []
        var count = 1
        for dimension in 0..<dimensions {
            let size = (0..<4).reduce(0) { $0 << 8 | Int(contents[4 + 4 * dimension + $1]) }
            guard size > 0, count <= Self.maximumElements / size else {
                throw TacitError.badData(
                    path, at: "header",
                    "dimension \(dimension) is \(size), expected 1 or more and an array of at most "
                        + "\(Self.maximumElements) bytes")
            }
            count *= size
            shape.append(size)
        }
        guard contents.count == headerBytes + count else {
            throw TacitError.badData(
                path, "\(contents.count - headerBytes) bytes of elements, the header says \(count)")
        }
        self.shape = shape
        bytes = contents[headerBytes...]
    }
}
