import TacitModelFile
import Testing

/// What encodings say of themselves.
struct EncodingTests {
    /// A file names an encoding by three numbers, so no two may share them.
    @Test func numbersNameOneEncoding() {
        for encoding in MatrixEncoding.known {
            let format = encoding.format
            #expect(
                MatrixEncoding(bits: format.bits, groupSize: format.groupSize, layout: format.layout) == encoding)
        }
        #expect(MatrixEncoding.known.count == 7)
    }

    @Test(arguments: [(3, 0, 1), (8, 0, 1), (8, 0, 2), (8, 32, 3), (8, 0, 5), (8, 64, 5), (4, 0, 1), (4, 16, 1), (4, 32, 2), (32, 0, 2)])
    func otherNumbersNameNone(bits: Int, groupSize: Int, layout: Int) {
        #expect(MatrixEncoding(bits: bits, groupSize: groupSize, layout: layout) == nil)
    }

    /// What the packers make is what the formats announce, tensor by tensor.
    @Test(arguments: [(1, 1), (16, 32), (17, 33), (40, 100)])
    func packedAsAnnounced(rows: Int, columns: Int) throws {
        let zeros = [Int8](repeating: 0, count: rows * columns)
        let scales = [Float](repeating: 1, count: rows)
        let plane = (levels: zeros, scales: scales)
        var packed = [
            MatrixPacker.float32(
                [Float](repeating: 0, count: rows * columns), rows: rows, columns: columns, bias: scales),
            MatrixPacker.int8(planes: [plane], rows: rows, columns: columns, bias: nil),
            MatrixPacker.int8(planes: [plane, plane], rows: rows, columns: columns, bias: scales),
            MatrixPacker.int8Groups(
                zeros, groupScales: [UInt8](repeating: 1, count: rows * ((columns + 31) / 32)), scales: scales,
                rows: rows, columns: columns, bias: nil),
        ]
        for groupSize in Int4Panels.groupSizes {
            let groups = (columns + groupSize - 1) / groupSize
            packed.append(
                MatrixPacker.int4(
                    zeros, groupScales: [UInt8](repeating: 1, count: rows * groups), scales: scales, rows: rows,
                    columns: columns, groupSize: groupSize, bias: nil))
        }
        #expect(packed.map(\.encoding) == MatrixEncoding.known)
        for matrix in packed {
            let format = MatrixFormat(encoding: matrix.encoding, hasBias: matrix.bias != nil)
            let tensors = try format.tensors(rows: rows, columns: columns)
            for role in MatrixTensor.Role.allCases {
                let announced = tensors.filter { $0.role == role }.map(\.byteCount)
                #expect(announced == (matrix.withBytes(of: role, \.count).map { [$0] } ?? []))
            }
        }
    }
}
