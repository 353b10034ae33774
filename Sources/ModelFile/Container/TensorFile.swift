import TacitDiagnostics

/// A file of arrays that stands beside a model file: GGUF as well, and with the same digests, but small enough to be
/// read whole and to have every byte checked whenever it is opened.
package struct TensorFile {
    /// An array, outermost dimension first.
    package struct Tensor: Equatable, Sendable {
        package let name: String
        package let type: TensorInfo.ElementType
        package let shape: [Int]
        /// Little-endian, without padding.
        package let bytes: [UInt8]

        package init(_ name: String, _ shape: [Int], _ values: [Float]) {
            self.init(name, .float32, shape, values)
        }

        package init(_ name: String, _ shape: [Int], _ values: [Int16]) {
            self.init(name, .int16, shape, values)
        }

        package init(_ name: String, _ shape: [Int], _ values: [Int8]) {
            self.init(name, .int8, shape, values)
        }

        private init<Element: BitwiseCopyable>(
            _ name: String, _ type: TensorInfo.ElementType, _ shape: [Int], _ values: [Element]
        ) {
            self.name = name
            self.type = type
            self.shape = shape
            bytes = values.withUnsafeBytes { Array($0) }
        }

        fileprivate init(_ name: String, _ type: TensorInfo.ElementType, _ shape: [Int], bytes: [UInt8]) {
            self.name = name
            self.type = type
            self.shape = shape
            self.bytes = bytes
        }

        /// The elements, one after another.
        ///
        /// - Throws: `TacitError` (bad data) for another type or another number of them.
        package func values<Element: BitwiseCopyable>(
            _ type: TensorInfo.ElementType, of element: Element.Type, count: Int? = nil
        ) throws -> [Element] {
            let found = bytes.count / MemoryLayout<Element>.stride
            guard self.type == type, type.size == MemoryLayout<Element>.stride, count == nil || count == found else {
                throw TacitError(
                    .badData, place: name,
                    "\(found) elements of \(self.type.name), expected \(count ?? found) of \(type.name)")
            }
            return bytes.withUnsafeBytes { Array($0.bindMemory(to: Element.self)) }
        }
    }

    package let metadata: Metadata
    package let tensors: [Tensor]

    package init(metadata: Metadata, tensors: [Tensor]) {
        self.metadata = metadata
        self.tensors = tensors
    }

    /// - Throws: `TacitError` (bad data) where there is none of that name.
    package func tensor(_ name: String) throws -> Tensor {
        guard let tensor = tensors.first(where: { $0.name == name }) else {
            throw TacitError(.badData, place: name, "there is no such tensor")
        }
        return tensor
    }
}

// MARK: Reading

extension TensorFile {
    /// - Parameters:
    ///   - bytes: of the whole file.
    ///   - architecture: what kind of file it must be.
    ///   - layoutVersions: of that kind that are read.
    /// - Throws: `TacitError` (bad data) for the first fault, of whatever byte.
    package init(
        reading bytes: UnsafeRawBufferPointer, architecture: String, layoutVersions: ClosedRange<Int>
    ) throws {
        let header = try ContainerHeader(reading: bytes, architecture: architecture, layoutVersions: layoutVersions)
        metadata = header.metadata
        let digests = try Digests(header)
        var place = header.dataOffset
        var tensors: [Tensor] = []
        for stated in header.tensors {
            let (type, shape, count) = try Self.layout(of: stated)
            guard stated.offset == UInt64(place - header.dataOffset), count <= bytes.count - place else {
                throw TacitError(
                    .badData, place: stated.name, "the file is \(bytes.count) bytes long, and the tensor is not in it")
            }
            tensors.append(
                Tensor(stated.name, type, shape, bytes: Array(bytes[place..<place + count])))
            place += GGUF.aligned(count)
        }
        guard bytes.count == place || tensors.isEmpty && bytes.count == header.dataOffset else {
            throw TacitError(
                .badData, place: "byte \(bytes.count)", "the file is \(bytes.count) bytes long, expected \(place)")
        }
        self.tensors = tensors
        try digests.check(bytes, tensors, dataOffset: header.dataOffset)
    }

    private static func layout(
        of stated: ContainerHeader.StatedTensor
    ) throws -> (type: TensorInfo.ElementType, shape: [Int], byteCount: Int) {
        guard let type = TensorInfo.ElementType(rawValue: stated.type) else {
            throw TacitError(.badData, place: stated.name, "unknown type \(stated.type)")
        }
        var count = type.size
        var shape: [Int] = []
        for dimension in stated.shape {
            // Each by itself too: none of a large number is nothing, but no dimension of an array in memory.
            let size = Int(clamping: dimension)
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow, product < 1 << 40, size < 1 << 40 else {
                throw TacitError(.badData, place: stated.name, "the tensor is too large")
            }
            count = product
            shape.append(size)
        }
        return (type, shape, count)
    }

    /// One digest a tensor, and one of every other byte.
    private struct Digests {
        let tensors: [String]
        let rest: String
        let restOffset: Int

        init(_ header: ContainerHeader) throws {
            guard try header.metadata.string(MetadataKey.digestAlgorithm) == "sha256" else {
                throw TacitError(.badData, place: MetadataKey.digestAlgorithm, "expected sha256")
            }
            tensors = try header.metadata.strings(MetadataKey.digestTensors)
            rest = try header.metadata.string(MetadataKey.digestRest)
            restOffset = header.metadata.stringOffsets[MetadataKey.digestRest] ?? 0
            guard tensors.count == header.tensors.count, MessageDigest.isDigest(rest) else {
                throw TacitError(
                    .badData, place: MetadataKey.digestTensors, "expected one a tensor, \(header.tensors.count)")
            }
        }

        func check(_ bytes: UnsafeRawBufferPointer, _ found: [Tensor], dataOffset: Int) throws {
            var others = MessageDigest()
            func update(_ start: Int, _ end: Int) {
                others.update(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            }
            update(0, restOffset)
            others.update([UInt8](repeating: 0x30, count: MessageDigest.digits))
            var place = restOffset + MessageDigest.digits
            var next = dataOffset
            for (tensor, expected) in zip(found, tensors) {
                var digest = MessageDigest()
                digest.update(tensor.bytes)
                guard digest.matches(expected) else {
                    throw TacitError(.badData, place: tensor.name, "the digest does not match: the file is damaged")
                }
                update(place, next)
                place = next + tensor.bytes.count
                next += GGUF.aligned(tensor.bytes.count)
            }
            update(place, bytes.count)
            guard others.matches(rest) else {
                throw TacitError(.badData, place: "header", "the digest does not match: the file is damaged")
            }
        }
    }
}

// MARK: Writing

extension TensorFile {
    /// The bytes of the file. The same content gives the same bytes.
    ///
    /// - Parameters:
    ///   - architecture: the kind of file.
    ///   - layoutVersion: of that kind.
    package func bytes(architecture: String, layoutVersion: Int) -> [UInt8] {
        var offset = 0
        var digests: [String] = []
        let infos = tensors.map { tensor in
            var digest = MessageDigest()
            digest.update(tensor.bytes)
            digests.append(digest.hexadecimal())
            defer { offset += GGUF.aligned(tensor.bytes.count) }
            return TensorInfo(
                name: tensor.name, type: tensor.type, shape: tensor.shape, offset: offset,
                byteCount: tensor.bytes.count)
        }
        var all = Metadata()
        all.append(MetadataKey.architecture, .string(architecture))
        all.append(MetadataKey.alignment, .uint32(UInt32(GGUF.alignment)))
        all.append(MetadataKey.layoutVersion, .uint32(UInt32(layoutVersion)))
        for (key, value) in metadata.pairs { all.append(key, value) }
        all.append(MetadataKey.digestAlgorithm, .string("sha256"))
        all.append(MetadataKey.digestTensors, .strings(digests))
        all.append(MetadataKey.digestRest, .string(String(repeating: "0", count: MessageDigest.digits)))

        var file = HeaderBuilder()
        file.append(GGUF.magic)
        file.append(GGUF.version)
        file.append(UInt64(infos.count))
        file.append(UInt64(all.pairs.count))
        for (key, value) in all.pairs { file.append(key, value) }
        for info in infos { file.append(info, dataOffset: 0) }
        file.append([UInt8](repeating: 0, count: GGUF.aligned(file.bytes.count) - file.bytes.count))
        var rest = MessageDigest()
        rest.update(file.bytes)
        for tensor in tensors {
            let padding = [UInt8](repeating: 0, count: GGUF.aligned(tensor.bytes.count) - tensor.bytes.count)
            rest.update(padding)
            file.append(tensor.bytes)
            file.append(padding)
        }
        if let place = file.stringOffsets[MetadataKey.digestRest] { file.replace(at: place, with: rest.hexadecimal()) }
        return file.bytes
    }
}
