/// Bytes that something begins with, some of them only in part.
struct ByteMark {
    private let bytes: [(value: UInt8, mask: UInt8)]

    /// A FLAC stream's name, and the header of the 34 bytes that every one begins with.
    static let flac = ByteMark("fLaC", [(0, 0x7f), (0, 0xff), (0, 0xff), (34, 0xff)])

    var count: Int { bytes.count }

    /// - Parameter rest: the bytes behind the text, and which of their bits count.
    init(_ text: StaticString, _ rest: [(value: UInt8, mask: UInt8)]) {
        bytes = text.withUTF8Buffer { $0.map { ($0, 0xff) } } + rest
    }

    func isAt(_ start: Int, in data: UnsafeRawBufferPointer) -> Bool {
        start + count <= data.count && place(in: data, start + 1, start) == start
    }

    /// Where it stands among the first `most` bytes, or may stand with the last of all; else how many these are.
    func place(in data: UnsafeRawBufferPointer, _ most: Int, _ passing: Int) -> Int {
        let end = min(most, data.count)
        guard passing < end else { return end }
        for place in passing..<end where data[place] == bytes[0].value {
            if zip(data[place...], bytes).allSatisfy({ $0 & $1.mask == $1.value }) { return place }
        }
        return end
    }
}
