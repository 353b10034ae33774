import TacitModelFile

/// A model on its way into its file, and what is found out meanwhile.
struct ModelDraft {
    let writer: ModelFileWriter
    /// The same model unrounded, where its results are asked for: without a name, and gone with this.
    var exactWriter: ModelFileWriter?
    /// nil once it is of no more use.
    var measurement: StoredTrunk?
    var report: ConversionReport

    init(writer: ModelFileWriter, report: ConversionReport) {
        self.writer = writer
        self.report = report
    }

    func write(vector name: String, _ values: [Float]) throws {
        try writer.write(vector: name, values)
        try exactWriter?.write(vector: name, values)
    }

    /// A matrix outside the trunk.
    func write(_ shape: MatrixShape, _ weights: [Float], _ bias: [Float], _ quantizer: any Quantizer) throws {
        try writer.write(
            matrix: shape.name, quantizer.pack(weights, rows: shape.rows, columns: shape.columns, bias: bias).0)
        try exactWriter?.write(
            matrix: shape.name,
            MatrixPacker.float32(weights, rows: shape.rows, columns: shape.columns, bias: bias))
    }

    /// A matrix of the trunk; these come block by block.
    ///
    /// - Parameters:
    ///   - matrix: which one.
    ///   - exact: as it is.
    ///   - stored: as it is stored, and what that loses.
    ///   - vectors: those of a block and the final norm, by their names in a model of one block.
    mutating func write(
        _ matrix: BaseModel.Matrix, _ exact: TrunkWeights.Matrix, _ stored: (PackedMatrix, QuantizationError),
        vectors: (Int) throws -> [String: [Float]]
    ) throws {
        try writer.write(matrix: matrix.name, stored.0)
        try exactWriter?.write(matrix: matrix.name, exact.packed)
        report.add(stored.0, exact, kind: matrix.kind, error: stored.1)
        try measurement?.take(matrix.name, exact, stored.0, vectors: vectors)
    }
}
