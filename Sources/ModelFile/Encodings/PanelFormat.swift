/// What an encoding of matrices consists of, said once: what it is called, which tensors a matrix lies in, and the
/// rules that these obey. How levels are chosen is a quantizer's, how they are multiplied by is the engine's.
package protocol PanelFormat: Sendable {
    /// By the name that the converter's `--weights` has for it.
    var name: String { get }
    /// Bits a level.
    var bits: Int { get }
    /// Weights along K that share a scale; 0 where a whole channel does.
    var groupSize: Int { get }
    /// Version of the panels' layout among those of the same bits.
    var layout: Int { get }
    /// Sets of levels, which add up; 0 for floats.
    var planes: Int { get }

    /// The tensors of a matrix but its bias, in file order.
    ///
    /// - Throws: `TacitError` (bad data) for a matrix that can't be stored so; whoever knows its name adds it.
    func tensors(rows: Int, columns: Int) throws -> [MatrixTensor]

    /// The first broken rule in a matrix; nil if there is none. Sizes are right already, and floats finite.
    func fault(in view: MatrixView) -> MatrixFault?
}

extension PanelFormat {
    package var groupSize: Int { 0 }

    /// Rows in whole tiles of 16.
    static func tiles(_ rows: Int) -> Int { (rows + MatrixView.tileRows - 1) / MatrixView.tileRows }
}

/// One of the tensors that a matrix lies in.
package struct MatrixTensor: Sendable {
    /// What it holds; the raw value follows the matrix's name and a dot.
    package enum Role: String, CaseIterable, Sendable {
        case panels
        case groupScales = "group_scales"
        case scales, sums, bias

        /// The tensor's name.
        package func name(of matrix: String) -> String { "\(matrix).\(rawValue)" }
    }

    package let role: Role
    package let type: TensorInfo.ElementType
    /// Outermost dimension first.
    package let shape: [Int]

    package init(_ role: Role, _ type: TensorInfo.ElementType, _ shape: [Int]) {
        self.role = role
        self.type = type
        self.shape = shape
    }

    package var byteCount: Int { shape.reduce(type.size, *) }
}

/// A broken rule: the tensor it is in, and the rule in words.
package struct MatrixFault: Sendable {
    package let role: MatrixTensor.Role
    package let reason: String

    package init(_ role: MatrixTensor.Role, _ reason: String) {
        self.role = role
        self.reason = reason
    }
}
