import TacitDiagnostics

/// Every tensor of a model file, in order, with its place: what the writer writes and the reader insists on.
struct TensorPlan {
    /// A matrix and how it is stored.
    struct Matrix {
        let shape: MatrixShape
        let format: MatrixFormat
    }

    private(set) var matrices: [Matrix] = []
    private(set) var tensors: [TensorInfo] = []
    /// Bytes from the first tensor to the end of the last, with padding.
    private(set) var byteCount = 0

    /// Offsets count from the first tensor until `place(at:)`.
    ///
    /// - Parameter description: validated already.
    /// - Parameter format: how a matrix is stored.
    init(_ description: ModelDescription, format: (MatrixShape) throws -> MatrixFormat) throws {
        for part in description.parts {
            switch part {
            case .vector(let name, let shape):
                try append(name, .float32, shape)
            case .matrix(let shape):
                let format = try format(shape)
                if !shape.isTrunk, format.encoding != .float32 || !format.hasBias {
                    throw TacitError(.badData, place: shape.name, "must be stored as 32-bit floats, with a bias")
                }
                matrices.append(Matrix(shape: shape, format: format))
                try append(shape, format)
            }
        }
    }

    /// The plan with offsets that count from the start of the file.
    func placed(at dataOffset: Int) -> TensorPlan {
        var plan = self
        plan.tensors = tensors.map {
            TensorInfo(
                name: $0.name, type: $0.type, shape: $0.shape, offset: $0.offset + dataOffset, byteCount: $0.byteCount)
        }
        return plan
    }

    private mutating func append(_ shape: MatrixShape, _ format: MatrixFormat) throws {
        let tileRows = MatrixView.tileRows
        let tiles = (shape.rows + tileRows - 1) / tileRows
        switch format.encoding {
        case .float32:
            try append("\(shape.name).panels", .float32, [tiles, shape.columns, tileRows])
        case .int8, .int8TwoPlanes:
            let planes = format.encoding.planes
            let steps = Int8Panels.paddedColumns(shape.columns) / 4
            try append("\(shape.name).panels", .int8, [planes * tiles, steps, tileRows, 4])
            try append("\(shape.name).scales", .float32, [planes * tiles * tileRows])
            try append("\(shape.name).sums", .int32, [planes * tiles * tileRows])
        case .int4(let groupSize):
            guard Int4Panels.groupSizes.contains(groupSize) else {
                throw TacitError(.badData, place: shape.name, "4 bits a weight do not go in groups of \(groupSize)")
            }
            guard shape.columns <= Int4Panels.maximumColumns else {
                throw TacitError(
                    .badData, place: shape.name,
                    "has \(shape.columns) columns, but 4 bits a weight go with at most \(Int4Panels.maximumColumns)")
            }
            let blocks = Int4Panels.paddedColumns(shape.columns) / 8
            let groups = Int4Panels.groups(shape.columns, groupSize: groupSize)
            try append("\(shape.name).panels", .int8, [tiles, blocks, tileRows, 4])
            try append("\(shape.name).group_scales", .int8, [tiles, groups, tileRows])
            try append("\(shape.name).scales", .float32, [tiles * tileRows])
            try append("\(shape.name).sums", .int32, [tiles * tileRows])
        }
        if format.hasBias { try append("\(shape.name).bias", .float32, [tiles * tileRows]) }
    }

    private mutating func append(_ name: String, _ type: TensorInfo.ElementType, _ shape: [Int]) throws {
        var count = type.size
        for dimension in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard !overflow, product < 1 << 50 else {
                throw TacitError(.badData, place: name, "the tensor is too large")
            }
            count = product
        }
        tensors.append(TensorInfo(name: name, type: type, shape: shape, offset: byteCount, byteCount: count))
        let (sum, overflow) = byteCount.addingReportingOverflow(GGUF.aligned(count))
        guard !overflow, sum < 1 << 56 else { throw TacitError(.badData, place: name, "the model is too large") }
        byteCount = sum
    }
}
