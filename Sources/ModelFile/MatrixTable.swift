import TacitDiagnostics

/// The metadata's account of the matrices: parallel arrays of names, logical shapes and encodings.
enum MatrixTable {
    static func write(_ matrices: [TensorPlan.Matrix], to metadata: inout Metadata) {
        func integers(_ field: String, _ pick: (TensorPlan.Matrix) -> Int) {
            metadata.append(MetadataKey.matrices(field), .uint32s(matrices.map { UInt32(pick($0)) }))
        }
        metadata.append(MetadataKey.matrices("name"), .strings(matrices.map(\.shape.name)))
        integers("rows") { $0.shape.rows }
        integers("columns") { $0.shape.columns }
        integers("bits") { $0.format.encoding.bits }
        integers("group") { $0.format.encoding.groupSize }
        integers("layout") { $0.format.encoding.format.layout }
    }

    /// Reads the encodings of `shapes`, which the description calls for; names and logical shapes must be theirs.
    static func encodings(reading metadata: Metadata, of shapes: [MatrixShape]) throws -> [String: MatrixEncoding] {
        func check(_ count: Int, _ field: String) throws {
            guard count == shapes.count else {
                throw TacitError(
                    .badData, place: MetadataKey.matrices(field), "expected \(shapes.count) elements, found \(count)")
            }
        }
        func integers(_ field: String) throws -> [Int] {
            let values = try metadata.integers(MetadataKey.matrices(field))
            try check(values.count, field)
            return values
        }
        let names = try metadata.strings(MetadataKey.matrices("name"))
        try check(names.count, "name")
        let (rows, columns) = (try integers("rows"), try integers("columns"))
        let (bits, groups, layouts) = (try integers("bits"), try integers("group"), try integers("layout"))

        var encodings: [String: MatrixEncoding] = [:]
        for (index, shape) in shapes.enumerated() {
            guard names[index] == shape.name else {
                throw TacitError(
                    .badData, place: MetadataKey.matrices("name"), "expected \(shape.name), found \(names[index])")
            }
            guard rows[index] == shape.rows, columns[index] == shape.columns else {
                throw TacitError(
                    .badData, place: shape.name,
                    "expected shape [\(shape.rows), \(shape.columns)], found [\(rows[index]), \(columns[index])]")
            }
            let (bits, group, layout) = (bits[index], groups[index], layouts[index])
            guard let encoding = MatrixEncoding(bits: bits, groupSize: group, layout: layout) else {
                throw TacitError(
                    .badData, place: shape.name,
                    "unknown encoding: \(bits) bits, groups of \(group), layout version \(layout)")
            }
            encodings[shape.name] = encoding
        }
        return encodings
    }
}
