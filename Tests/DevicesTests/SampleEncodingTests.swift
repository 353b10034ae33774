import TacitDevices
import TacitTestSupport
import Testing

@Suite struct SampleEncodingTests {
    private func decode(_ encoding: SampleEncoding, _ bytes: [UInt8]) -> [Float] {
        let count = bytes.count / encoding.bytes
        var output = [Float](repeating: .nan, count: count)
        // One byte in front: a device's memory need not be aligned.
        ([0] + bytes).withUnsafeBytes { encoding.decode($0.baseAddress! + 1, count: count, into: &output) }
        return output
    }

    /// The same 16-bit sound in every encoding is the same bits.
    @Test func sixteenBitsAreTheSameInEveryEncoding() {
        var random = RandomNumbers(seed: 3)
        let samples: [Int16] =
            [.min, -1, 0, 1, .max] + (0..<1000).map { _ in Int16.random(in: .min ... .max, using: &random) }
        let expected = samples.map { Float($0) / 32768 }
        #expect(decode(.signed16, samples.flatMap(littleEndian)) == expected)
        #expect(decode(.signed32, samples.flatMap { littleEndian(Int32($0) << 16) }) == expected)
        #expect(decode(.signed24Packed, samples.flatMap { [0] + littleEndian($0) }) == expected)
        #expect(decode(.signed24, samples.flatMap { [0] + littleEndian($0) + [0xA5] }) == expected)
        #expect(decode(.float32, expected.flatMap { littleEndian($0.bitPattern) }) == expected)
    }

    @Test func extremesStayWithinRange() {
        #expect(decode(.signed32, littleEndian(Int32.min) + littleEndian(Int32.max)) == [-1, 1])
        let most: Float = 8_388_607 / 8_388_608
        #expect(decode(.signed24Packed, [0, 0, 0x80, 0xFF, 0xFF, 0x7F]) == [-1, most])
    }

    @Test func whatIsNoNumberIsSilence() {
        let bits: [Float] = [.nan, .infinity, -.infinity, .signalingNaN, 0.25]
        #expect(decode(.float32, bits.flatMap { littleEndian($0.bitPattern) }) == [0, 0, 0, 0, 0.25])
    }
}
