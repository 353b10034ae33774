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
        #expect(MatrixEncoding.known.count == 11)
    }

    @Test(arguments: [
        (3, 0, 1), (8, 0, 1), (8, 0, 2), (8, 32, 3), (8, 0, 5), (8, 64, 5), (4, 0, 1), (4, 16, 1), (4, 32, 3),
        (32, 0, 2), (16, 0, 2), (16, 32, 1),
    ])
    func otherNumbersNameNone(bits: Int, groupSize: Int, layout: Int) {
        #expect(MatrixEncoding(bits: bits, groupSize: groupSize, layout: layout) == nil)
    }

    /// Numbers that 16 bits hold, to the last; and none of the others.
    @Test func halvesAreExactOrNone() {
        for bits in UInt16.min...UInt16.max where bits & 0x7c00 != 0x7c00 {
            let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
            let magnitude =
                exponent == 0
                ? fraction * 0x1p-24 : (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
            #expect(HalfFloat.bits(bits & 0x8000 == 0 ? magnitude : -magnitude) == bits)
        }
        for value: Float in [65520, 1e30, .infinity, .nan, 0x1p-25, 1.5 * 0x1p-24, 0x1p-130, 1 + 0x1p-11, 0.1, -2049] {
            #expect(HalfFloat.bits(value) == nil)
        }
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
            try #require(
                MatrixPacker.float16(
                    [Float](repeating: 0.5, count: rows * columns), rows: rows, columns: columns, bias: scales)),
            MatrixPacker.int8(planes: [plane], rows: rows, columns: columns, bias: nil),
            MatrixPacker.int8(planes: [plane, plane], rows: rows, columns: columns, bias: scales),
            MatrixPacker.int8Groups(
                zeros, groupScales: [UInt8](repeating: 1, count: rows * ((columns + 31) / 32)), scales: scales,
                rows: rows, columns: columns, bias: nil),
        ]
        for groupSize in Int4Panels.groupSizes {
            let groups = (columns + groupSize - 1) / groupSize
            let plane = (levels: zeros, groupScales: [UInt8](repeating: 1, count: rows * groups), scales: scales)
            for planes in [[plane], [plane, plane]] {
                packed.append(
                    MatrixPacker.int4(planes: planes, rows: rows, columns: columns, groupSize: groupSize, bias: nil))
            }
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
