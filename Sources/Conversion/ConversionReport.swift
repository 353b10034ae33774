import ModelFile

/// What a conversion did.
public struct ConversionReport: Sendable {
    /// A kind of matrix, all blocks together.
    public struct Kind: Sendable {
        public let kind: MatrixKind
        public var matrices = 0
        public var weights = 0
        /// Bytes in the file.
        public var bytes = 0
        public var error = QuantizationError()
    }

    /// Tensors of the model file.
    public var tensors = 0
    /// Bytes of the base checkpoint's and the adapter's tensors.
    public var bytesBefore = 0
    /// Bytes of the model file.
    public var bytesAfter = 0
    public var encoding = MatrixEncoding.float32
    public var kinds: [Kind] = MatrixKind.allCases.map { Kind(kind: $0) }
    /// Modules of the base that an adapter sat on.
    public var adaptedModules = 0
    /// Largest difference of a fused module's output from the unfused one's on random input, relative to the largest
    /// output; nil without an adapter.
    public var fusionDifference: Double?

    mutating func add(_ matrix: PackedMatrix, kind: MatrixKind, error: QuantizationError) {
        guard let index = kinds.firstIndex(where: { $0.kind == kind }) else { return }
        kinds[index].matrices += 1
        kinds[index].weights += matrix.rows * matrix.columns
        kinds[index].bytes +=
            matrix.panels.count + (matrix.groupScales?.count ?? 0)
            + 4 * ((matrix.scales?.count ?? 0) + (matrix.sums?.count ?? 0))
        kinds[index].error += error
    }
}
