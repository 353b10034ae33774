import TacitDiagnostics

/// A model file: GGUF version 3 with `general.architecture` "tacit", in a private copy, weights used where they lie: a
/// running program goes on with what it loaded, whatever becomes of the file.
///
/// Opening checks the whole structure, and the file's exact length, against the one description of the model that its
/// metadata holds: every tensor that the description calls for is there, in order, with the right type and shape, and
/// nothing else is. What the bytes of the tensors say is checked by `verify()`.
package final class ModelFile: Sendable {
    /// Versions of the metadata's and tensors' naming that are read. Each later one has more of them, and is written
    /// only where a model needs these.
    static let layoutVersions = 1...3

    package let path: String
    package let description: ModelDescription
    package let provenance: Provenance
    /// What the converter measured, as JSON text: whatever the file says, which need not be JSON; nil where it says
    /// nothing.
    package var report: String? { header.report }
    /// In file order.
    package let tensors: [TensorInfo]

    let map: FileMap
    let header: ModelHeader
    private let tensorIndices: [String: Int]
    private let matrixIndices: [String: Int]

    /// SHA-256 of the header, which holds those of all tensors: what tells this model from any other. 64 hexadecimal
    /// digits.
    package var digest: String { header.restDigest }

    /// Bytes of the file.
    package var byteCount: Int { map.bytes.count }

    /// - Throws: `TacitError`: `noInput` if the file can't be opened, `badData` if it is not a whole model file.
    package convenience init(path: String) throws {
        try self.init(path: path, map: try FileMap(path: path, isPrivate: true))
    }

    /// From a copy of the bytes of such a file; `name` is what it is called in errors.
    ///
    /// - Throws: `TacitError` (bad data) if they are not a whole model file.
    package convenience init(bytes: UnsafeRawBufferPointer, name: String) throws {
        do {
            try self.init(path: name, map: try FileMap(copying: bytes))
        } catch let error as TacitError {
            throw error.inFile(name)
        }
    }

    init(path: String, map: FileMap) throws {
        self.path = path
        self.map = map
        do {
            header = try withExtendedLifetime(map) { try ModelHeader(reading: map.bytes) }
        } catch let error as TacitError {
            throw error.inFile(path)
        }
        description = header.description
        provenance = header.provenance
        tensors = header.plan.tensors
        tensorIndices = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
        matrixIndices = Dictionary(uniqueKeysWithValues: header.plan.matrices.enumerated().map { ($1.shape.name, $0) })
    }

    package func hasTensor(_ name: String) -> Bool {
        tensorIndices[name] != nil
    }

    /// How a matrix is stored; nil if there is none of that name.
    package func format(ofMatrix name: String) -> MatrixFormat? {
        matrixIndices[name].map { header.plan.matrices[$0].format }
    }

    /// A matrix, by its name in `TensorName`. The view lives as long as this object.
    ///
    /// - Throws: `TacitError` (bad data) where there is none of that name.
    package func matrix(_ name: String) throws -> MatrixView {
        guard let index = matrixIndices[name] else { throw missing(name) }
        let matrix = header.plan.matrices[index]
        func part<Element: BitwiseCopyable>(
            _ role: MatrixTensor.Role, _ type: Element.Type
        ) -> UnsafeBufferPointer<Element>? {
            matrix.roles.firstIndex(of: role).map {
                bytes(of: tensors[matrix.firstTensor + $0]).bindMemory(to: type)
            }
        }
        return MatrixView(
            rows: matrix.shape.rows, columns: matrix.shape.columns, encoding: matrix.format.encoding,
            panels: UnsafeRawBufferPointer(part(.panels, UInt8.self) ?? UnsafeBufferPointer(start: nil, count: 0)),
            scales: part(.scales, Float.self), sums: part(.sums, Int32.self), bias: part(.bias, Float.self),
            groupScales: part(.groupScales, UInt8.self))
    }

    /// A plain tensor of floats. The view lives as long as this object.
    ///
    /// - Throws: `TacitError` (bad data) where there is none of that name.
    package func vector(_ name: String) throws -> UnsafeBufferPointer<Float> {
        try elements(name, .float32, Float.self)
    }

    /// The bytes of a tensor of this file.
    func bytes(of tensor: TensorInfo) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: map.bytes[tensor.offset..<tensor.offset + tensor.byteCount])
    }

    private func elements<Element: BitwiseCopyable>(
        _ name: String, _ elementType: TensorInfo.ElementType, _ type: Element.Type
    ) throws -> UnsafeBufferPointer<Element> {
        guard let index = tensorIndices[name] else { throw missing(name) }
        let tensor = tensors[index]
        guard tensor.type == elementType else {
            throw TacitError.badData(path, at: name, "expected \(elementType.name), found \(tensor.type.name)")
        }
        return bytes(of: tensor).bindMemory(to: type)
    }

    private func missing(_ name: String) -> TacitError {
        TacitError.badData(path, at: name, "there is no such tensor")
    }
}
