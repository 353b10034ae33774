import Foundation
import TacitModelFile

/// A model file taken apart, so that one thing in it can be made wrong and the rest, digests too, stays right.
struct EditableModel {
    /// A metadata value as it lies in the file: its type's number, then its bytes.
    struct Value {
        var type: UInt32
        var bytes: [UInt8]

        static func uint32(_ value: UInt32) -> Value { Value(type: 4, bytes: little(value)) }
        static func int32(_ value: Int32) -> Value { Value(type: 5, bytes: little(value)) }
        static func float32(_ value: Float) -> Value { Value(type: 6, bytes: little(value.bitPattern)) }
        static func bool(_ value: UInt8) -> Value { Value(type: 7, bytes: [value]) }
        static func string(_ value: String) -> Value { Value(type: 8, bytes: EditableModel.string(value)) }
        static func float64(_ value: Double) -> Value { Value(type: 12, bytes: little(value.bitPattern)) }
        static func array(_ type: UInt32, count: UInt64, _ bytes: [UInt8]) -> Value {
            Value(type: 9, bytes: little(type) + little(count) + bytes)
        }
        static func strings(_ values: [String]) -> Value {
            array(8, count: UInt64(values.count), values.flatMap(EditableModel.string))
        }
        static func float32s(_ values: [Float]) -> Value {
            array(6, count: UInt64(values.count), values.flatMap { little($0.bitPattern) })
        }
    }

    struct Tensor {
        var name: String
        /// Innermost dimension first, as in the file.
        var shape: [UInt64]
        var type: UInt32
        /// From the start of the data.
        var offset: UInt64
        /// What it holds, to be digested: fixed when the file is taken apart.
        let range: Range<Int>
    }

    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    /// What the header states, if not the truth.
    var statedTensors: UInt64?
    var statedPairs: UInt64?
    var pairs: [(key: [UInt8], value: Value)] = []
    var tensors: [Tensor] = []
    /// From the first tensor to the end of the file.
    var data: [UInt8] = []

    init(_ file: [UInt8]) {
        var place = 8
        func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
            defer { place += MemoryLayout<Number>.size }
            return file.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: type) }
        }
        func bytes(_ count: Int) -> [UInt8] {
            defer { place += count }
            return Array(file[place..<place + count])
        }
        let sizes: [UInt32: Int] = [0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8]
        func skip(_ type: UInt32) {
            if type == 8 {
                place += Int(number(UInt64.self))
            } else if type == 9 {
                let element = number(UInt32.self)
                for _ in 0..<number(UInt64.self) { skip(element) }
            } else {
                place += sizes[type] ?? 0
            }
        }
        let tensorCount = number(UInt64.self)
        for _ in 0..<number(UInt64.self) {
            let key = bytes(Int(number(UInt64.self)))
            let type = number(UInt32.self)
            let start = place
            skip(type)
            pairs.append((key, Value(type: type, bytes: Array(file[start..<place]))))
        }
        for _ in 0..<tensorCount {
            let name = String(decoding: bytes(Int(number(UInt64.self))), as: UTF8.self)
            let shape = (0..<number(UInt32.self)).map { _ in number(UInt64.self) }
            let type = number(UInt32.self)
            let offset = number(UInt64.self)
            let size = shape.reduce(1) { $0 * Int($1) } * (type == 24 ? 1 : 4)
            tensors.append(
                Tensor(name: name, shape: shape, type: type, offset: offset, range: Int(offset)..<Int(offset) + size))
        }
        data = Array(file[((place + 63) / 64 * 64)...])
    }

    subscript(key: String) -> Value? {
        get { pairs.first { $0.key == Array(key.utf8) }?.value }
        set {
            guard let index = pairs.firstIndex(where: { $0.key == Array(key.utf8) }) else {
                if let newValue { pairs.append((Array(key.utf8), newValue)) }
                return
            }
            if let newValue { pairs[index].value = newValue } else { pairs.remove(at: index) }
        }
    }

    /// Changes what the header says of a tensor.
    mutating func entry(_ name: String, _ change: (inout Tensor) -> Void) {
        for index in tensors.indices where tensors[index].name == name { change(&tensors[index]) }
    }

    /// Changes a tensor's data.
    mutating func contents(_ name: String, _ change: (inout [UInt8]) -> Void) {
        for tensor in tensors where tensor.name == name {
            var bytes = Array(data[tensor.range])
            change(&bytes)
            data.replaceSubrange(tensor.range, with: bytes)
        }
    }

    /// The file, with digests that fit it.
    func sealed() -> [UInt8] {
        var model = self
        let digests = tensors.map { tensor in
            var digest = MessageDigest()
            digest.update(Array(data[tensor.range]))
            return digest.hexadecimal()
        }
        model["tacit.digest.tensors"] = .strings(digests)
        model["tacit.digest.rest"] = .string(String(repeating: "0", count: 64))
        let (file, dataStart) = model.bytes()
        var rest = Array(file[..<dataStart])
        var end = 0
        for tensor in tensors {
            rest += data[end..<tensor.range.lowerBound]
            end = tensor.range.upperBound
        }
        rest += data[end...]
        var digest = MessageDigest()
        digest.update(rest)
        model["tacit.digest.rest"] = .string(digest.hexadecimal())
        return model.bytes().file
    }

    /// The file as it stands.
    func bytes() -> (file: [UInt8], dataStart: Int) {
        var file = magic + little(version) + little(statedTensors ?? UInt64(tensors.count))
        file += little(statedPairs ?? UInt64(pairs.count))
        for (key, value) in pairs { file += little(UInt64(key.count)) + key + little(value.type) + value.bytes }
        for tensor in tensors {
            file += Self.string(tensor.name) + little(UInt32(tensor.shape.count))
            for dimension in tensor.shape { file += little(dimension) }
            file += little(tensor.type) + little(tensor.offset)
        }
        file += [UInt8](repeating: 0, count: (64 - file.count % 64) % 64)
        return (file + data, file.count)
    }

    private static func string(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + Array(text.utf8) }
}

private func little<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
