/// A text as C has it: UTF-8, ended by a zero.
final class CText {
    let pointer: UnsafePointer<CChar>
    var isEmpty: Bool { pointer.pointee == 0 }

    init(_ text: String) {
        // A zero within would end it early: it stands as a replacement character.
        let shown = text.utf8.contains(0) ? String(text.map { $0 == "\0" ? "\u{fffd}" : $0 }) : text
        let bytes = Array(shown.utf8) + [0]
        let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { (memory + index).initialize(to: CChar(bitPattern: byte)) }
        pointer = UnsafePointer(memory)
    }

    deinit { pointer.deallocate() }
}
