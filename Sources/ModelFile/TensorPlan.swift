import TacitDiagnostics

/// Every tensor of a model file, in order, with its place: what the writer writes and the reader insists on.
struct TensorPlan {
    /// A matrix and how it is stored.
    struct Matrix {
        let shape: MatrixShape
        let format: MatrixFormat
        /// Index of its first tensor; the others follow.
        let firstTensor: Int
        /// What its tensors hold.
        let roles: [MatrixTensor.Role]
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
                let isFloats = format.encoding == .float32 || format.encoding == .float16
                if !shape.mayBeQuantized && !isFloats || !shape.isTrunk && !format.hasBias {
                    throw TacitError(.badData, place: shape.name, "must be stored as floats, with a bias")
                }
                if shape.mayBeQuantized && format.encoding == .float16 {
                    throw TacitError(.badData, place: shape.name, "must be stored as 32-bit floats or quantized")
                }
                let firstTensor = tensors.count
                let roles = try append(shape, format)
                matrices.append(Matrix(shape: shape, format: format, firstTensor: firstTensor, roles: roles))
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

    private mutating func append(_ shape: MatrixShape, _ format: MatrixFormat) throws -> [MatrixTensor.Role] {
        let tensors: [MatrixTensor]
        do {
            tensors = try format.tensors(rows: shape.rows, columns: shape.columns)
        } catch let error as TacitError {
            throw TacitError(error.kind, place: shape.name, error.reason)
        }
        for tensor in tensors {
            try append(tensor.role.name(of: shape.name), tensor.type, tensor.shape)
        }
        return tensors.map(\.role)
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
