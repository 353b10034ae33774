/// Copies of arrays at fixed, 64-byte aligned places, for as long as it lives.
final class TestMemory: @unchecked Sendable {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit {
        for block in blocks { block.deallocate() }
    }

    func copy<Element: BitwiseCopyable>(_ values: [Element]) -> UnsafeMutableBufferPointer<Element> {
        let bytes = values.count * MemoryLayout<Element>.stride
        let block = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
        blocks.append(block)
        let elements = block.bindMemory(to: Element.self, capacity: values.count)
        for (index, value) in values.enumerated() { elements[index] = value }
        return UnsafeMutableBufferPointer(start: elements, count: values.count)
    }

    func pointer<Element: BitwiseCopyable>(_ values: [Element]) -> UnsafeMutablePointer<Element> {
        let buffer = copy(values)
        return buffer.baseAddress ?? UnsafeMutablePointer<Element>.allocate(capacity: 1)
    }
}
