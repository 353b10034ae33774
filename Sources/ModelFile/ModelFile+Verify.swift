import TacitDiagnostics

extension ModelFile {
    /// Checks all that opening left to trust: every digest, padding, that floats are finite, and that quantized panels
    /// obey their rules.
    ///
    /// - Throws: `TacitError` of kind `badData` for the first fault.
    package func verify() throws {
        try withExtendedLifetime(self) { try verifyAll() }
    }

    private func verifyAll() throws {
        do {
            try verifyRest()
            for (tensor, digest) in zip(tensors, header.tensorDigests) {
                try verify(tensor, digest)
            }
            for matrix in header.plan.matrices {
                try verify(matrix)
            }
        } catch let error as TacitError {
            throw error.inFile(path)
        }
    }

    /// The digest of every byte outside the tensors.
    private func verifyRest() throws {
        var digest = MessageDigest()
        func update(_ start: Int, _ end: Int) {
            digest.update(UnsafeRawBufferPointer(rebasing: map.bytes[start..<end]))
        }
        let digits = header.restDigestOffset
        update(0, digits)
        digest.update([UInt8](repeating: 0x30, count: MessageDigest.digits))
        var place = digits + MessageDigest.digits
        for tensor in tensors {
            update(place, tensor.offset)
            place = tensor.offset + tensor.byteCount
        }
        update(place, byteCount)
        guard digest.matches(header.restDigest) else {
            throw TacitError(.badData, place: "header", "the digest does not match: the file is damaged")
        }
    }

    private func verify(_ tensor: TensorInfo, _ expected: String) throws {
        let bytes = bytes(of: tensor)
        var digest = MessageDigest()
        digest.update(bytes)
        guard digest.matches(expected) else {
            throw TacitError(.badData, place: tensor.name, "the digest does not match: the file is damaged")
        }
        if tensor.type == .float32, !bytes.bindMemory(to: Float.self).allSatisfy(\.isFinite) {
            throw TacitError(.badData, place: tensor.name, "holds a number that is not finite")
        }
    }

    private func verify(_ matrix: TensorPlan.Matrix) throws {
        let name = matrix.shape.name
        let view = try self.matrix(name)
        if let fault = view.encoding.format.fault(in: view) {
            throw TacitError(.badData, place: fault.role.name(of: name), fault.reason)
        }
        if let scales = view.scales, !scales.allSatisfy({ $0 >= 0 }) {
            throw TacitError(.badData, place: "\(name).scales", "holds a negative scale")
        }
    }
}
