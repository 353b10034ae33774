/// Creative Voice files (VOC) of more than one block of sound, silence among them: libsndfile (1.2.2) takes what stands
/// between two blocks for samples.
enum CreativeVoice {
    /// - Parameter bytes: of the whole file.
    static func isSplit(_ bytes: SeekableBytes) -> Bool {
        let head = bytes.bytes(at: 0, count: 22)
        guard head.count == 22, head.starts(with: Array("Creative Voice File".utf8)) else { return false }
        var place = head[20..<22].littleEndianNumber
        var sounds = 0
        for _ in 0..<10_000 {
            let block = bytes.bytes(at: place, count: 4)
            guard block.count == 4, block[0] != 0 else { break }
            // Sound of either version, what goes on with it, silence.
            if [1, 2, 3, 9].contains(block[0]) { sounds += 1 }
            if sounds > 1 { return true }
            place += 4 + block[1..<4].littleEndianNumber
        }
        return false
    }
}
