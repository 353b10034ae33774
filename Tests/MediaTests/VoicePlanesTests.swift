import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// IFF sounds (8SVX, 16SV), whose channels stand one behind the other.
@Suite struct VoicePlanesTests {
    private let folder: TemporaryFolder
    private static let rate = 8000

    init() throws { folder = try TemporaryFolder() }

    private func bigEndian(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }

    private func file(
        _ kind: String, _ body: [UInt8], assignment: Int?, compression: Int = 0, stated: Int? = nil
    ) -> [UInt8] {
        var chunks = Array(kind.utf8)
        chunks += Array("VHDR".utf8) + bigEndian(20, 4) + bigEndian(0, 12) + bigEndian(Self.rate, 2)
        chunks += [1, UInt8(compression)] + bigEndian(0x10000, 4)
        if let assignment { chunks += Array("CHAN".utf8) + bigEndian(4, 4) + bigEndian(assignment, 4) }
        chunks += Array("BODY".utf8) + bigEndian(stated ?? body.count, 4) + body
        if body.count % 2 == 1 { chunks.append(0) }
        return Array("FORM".utf8) + bigEndian(chunks.count, 4) + chunks
    }

    private func body(_ kind: String, _ samples: [Int16]) -> [UInt8] {
        kind == "8SVX"
            ? samples.map { UInt8(truncatingIfNeeded: $0 >> 8) }
            : samples.flatMap { bigEndian(Int($0), 2) }
    }

    private func decoded(_ kind: String, _ samples: [Int16]) -> [Float] {
        kind == "8SVX" ? samples.map { Float($0 >> 8) / 128 } : samples.map { Float($0) / 32768 }
    }

    private func samples(_ count: Int, seed: UInt64) -> [Int16] {
        var random = RandomNumbers(seed: seed)
        return (0..<count).map { _ in Int16.random(in: .min ... .max, using: &random) }
    }

    private func everyWay(_ bytes: [UInt8]) throws -> [[Float]] {
        try MediaTests.everyWay(bytes, in: folder, rate: Self.rate).map { try $0.get() }
    }

    @Test(arguments: ["8SVX", "16SV"], [nil, 2, 4] as [Int?])
    func oneChannelIsItsSamples(kind: String, assignment: Int?) throws {
        let samples = samples(5000, seed: 1)
        for actual in try everyWay(file(kind, body(kind, samples), assignment: assignment)) {
            #expect((actual == decoded(kind, samples)) == true)
        }
    }

    /// More than one block of a decoder, and a number that no block is a multiple of.
    @Test(arguments: ["8SVX", "16SV"])
    func twoChannelsAreAveraged(kind: String) throws {
        let (left, right) = (samples(40_003, seed: 1), samples(40_003, seed: 2))
        let expected = zip(decoded(kind, left), decoded(kind, right)).map { ($0 + $1) / 2 }
        let sound = file(kind, body(kind, left) + body(kind, right), assignment: 6)
        for actual in try everyWay(sound) { #expect((actual == expected) == true) }
        // A recorder that was stopped has stated nothing.
        for actual in try everyWay(file(kind, body(kind, left) + body(kind, right), assignment: 6, stated: 0)) {
            #expect((actual == expected) == true)
        }
        // Two files in one.
        for actual in try everyWay(sound + sound) { #expect((actual == expected + expected) == true) }
    }

    @Test func whatWasCutHasAsMuchAsBothChannels() throws {
        let (left, right) = (samples(4000, seed: 1), samples(4000, seed: 2))
        let whole = file("16SV", body("16SV", left) + body("16SV", right), assignment: 6)
        let source = try SoundFileSource(path: try folder.write("cut", whole.dropLast(2000)))
        let expected = zip(decoded("16SV", left), decoded("16SV", right)).map { ($0 + $1) / 2 }
        #expect(try (Drained(source).samples == Array(expected[..<3000])) == true)
        #expect(source.damage.lackingSeconds == 1000.0 / Double(Self.rate))
    }

    @Test(arguments: [(30, 0), (6, 1)])
    func whatCannotBeReadSaysSo(assignment: Int, compression: Int) throws {
        let bytes = file(
            "8SVX", [UInt8](repeating: 3, count: 4000), assignment: assignment, compression: compression)
        for way in try MediaTests.everyWay(bytes, in: folder) {
            let error = thrown(TacitError.self) { try way.get() }
            #expect(error?.kind == .badData)
            #expect(error?.description.contains("IFF sound") == true)
            #expect(error?.description.contains("ffmpeg") == true)
        }
    }
}
