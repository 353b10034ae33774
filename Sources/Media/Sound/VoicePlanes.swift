import Glibc
import TacitDiagnostics

/// The samples of an 8SVX or a 16SV file of two channels, one of which stands behind the other: libsndfile (1.2.2)
/// takes them for interleaved.
final class VoicePlanes {
    let sampleRate: Int
    let channels: Int

    /// Of one sample.
    private let sampleBytes: Int
    /// The first one of the first channel.
    private let place: Int
    /// Samples a channel, by the header.
    private let stated: Int
    /// Those of them that all channels have.
    private let present: Int
    private var position = 0
    private var hasToldLack = false
    private var scratch: [UInt8] = []

    private static let stereo: UInt32 = 6

    /// What the chunks of such a file say.
    private struct Header {
        var sampleRate = 0
        var isPacked = false
        /// The channels' bits; 0 where no chunk tells.
        var assignment: UInt32 = 0
        /// Where the samples lie, and how many bytes of them are stated.
        var body: (place: Int, count: Int)?
    }

    /// - Parameters:
    ///   - bytes: of the whole file.
    ///   - remedy: the command that helps where it can't be read.
    /// - Returns: nil for any other file, and for one of a single channel.
    /// - Throws: `TacitError` (bad data) for one of several channels that can't be read.
    init?(_ bytes: SeekableBytes, remedy: String) throws {
        let head = bytes.bytes(at: 0, count: 12)
        guard head.count == 12, head.starts(with: Array("FORM".utf8)) else { return nil }
        switch String(decoding: head[8...], as: UTF8.self) {
        case "8SVX": sampleBytes = 1
        case "16SV": sampleBytes = 2
        default: return nil
        }
        let header = Self.header(bytes)
        // Fewer bits than these two are one channel, wherever it is to be heard.
        guard header.assignment >= Self.stereo else { return nil }
        guard header.assignment == Self.stereo, !header.isPacked else {
            let what = header.isPacked ? "packed, and of several channels" : "of more than two channels"
            throw TacitError(.badData, "an IFF sound (8SVX, 16SV) \(what), which is not read here: \(remedy)")
        }
        guard let body = header.body else { throw TacitError(.badData, "an IFF sound (8SVX, 16SV) without samples") }
        let rest = max(0, bytes.count - body.place)
        // A recorder that was stopped leaves the length open.
        let count = body.count == 0 || body.count == Int(UInt32.max) ? rest : body.count
        sampleRate = header.sampleRate
        channels = 2
        place = body.place
        stated = count / (channels * sampleBytes)
        present = min(stated, max(0, rest - (channels - 1) * stated * sampleBytes) / sampleBytes)
    }

    private static func header(_ bytes: SeekableBytes) -> Header {
        var header = Header()
        var place = 12
        for _ in 0..<1000 {
            let chunk = bytes.bytes(at: place, count: 8 + 16)
            guard chunk.count >= 8 else { break }
            func number(_ start: Int, _ count: Int) -> Int {
                guard start + count <= chunk.count else { return 0 }
                return chunk[start..<start + count].bigEndianNumber
            }
            let size = number(4, 4)
            switch String(decoding: chunk[..<4], as: UTF8.self) {
            case "VHDR":
                header.sampleRate = number(20, 2)
                header.isPacked = number(23, 1) != 0
            case "CHAN": header.assignment = UInt32(number(8, 4))
            case "BODY": if header.body == nil { header.body = (place + 8, size) }
            default: break
            }
            // Chunks begin at even places.
            place += 8 + size + size & 1
        }
        return header
    }

    /// Decodes what comes next.
    ///
    /// - Parameters:
    ///   - block: room for at least one frame, interleaved `[frames][channels]`.
    ///   - bytes: those of the file.
    func decode(into block: UnsafeMutableBufferPointer<Float>, from bytes: SeekableBytes) -> DecodedBlock {
        let wanted = min(block.count / channels, present - position)
        guard wanted > 0 else {
            guard !hasToldLack, stated > present else { return .end }
            hasToldLack = true
            return .lacking(stated - present)
        }
        if scratch.count < wanted * sampleBytes { scratch = [UInt8](repeating: 0, count: wanted * sampleBytes) }
        var count = wanted
        for channel in 0..<channels {
            _ = bytes.seek(place + (channel * stated + position) * sampleBytes, SEEK_SET)
            count = scratch.withUnsafeMutableBytes { target in
                let received = bytes.read(target.baseAddress, wanted * sampleBytes) / sampleBytes
                for index in 0..<min(received, wanted) {
                    block[index * channels + channel] = sample(target, index)
                }
                return min(count, received)
            }
        }
        position += count
        return count > 0 ? .frames(count) : .end
    }

    /// As libsndfile scales them.
    private func sample(_ bytes: UnsafeMutableRawBufferPointer, _ index: Int) -> Float {
        guard sampleBytes == 2 else { return Float(Int8(bitPattern: bytes[index])) / 128 }
        return Float(Int16(bitPattern: UInt16(bytes[2 * index]) << 8 | UInt16(bytes[2 * index + 1]))) / 32768
    }
}
