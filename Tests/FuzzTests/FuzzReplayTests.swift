import Foundation
import TacitFuzzTargets
import TacitTestSupport
import Testing

/// What fuzzers begin with, and what they found, through the entry points that they feed.
@Suite struct FuzzReplayTests {
    private static let folder = TestPaths.fixtures.appendingPathComponent("fuzz")

    private func files(_ target: FuzzTarget) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: Self.folder.appendingPathComponent(target.name), includingPropertiesForKeys: nil
        ).sorted { $0.path < $1.path }
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func corpus(_ name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        var accepted = 0
        for file in try files(target) {
            let bytes = try Data(contentsOf: file)
            let outcome = bytes.withUnsafeBytes { target.run($0) }
            // Seeds are what is meant to be read; what a fuzzer found has only to be survived.
            if file.lastPathComponent.hasPrefix("seed-") {
                #expect(outcome == .accepted, "\(file.lastPathComponent)")
                accepted += 1
            }
        }
        #expect(accepted > 0)
    }

    /// Every seed cut short at 64 places, and with a bit flipped at 64: refused or read, never a trap.
    @Test(arguments: FuzzTarget.all.map(\.name))
    func damagedSeeds(_ name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        for file in try files(target) where file.lastPathComponent.hasPrefix("seed-") {
            let bytes = [UInt8](try Data(contentsOf: file))
            let step = max(1, bytes.count / 64)
            for length in stride(from: 0, to: bytes.count, by: step) {
                _ = bytes[..<length].withUnsafeBytes { target.run($0) }
            }
            for place in stride(from: 0, to: bytes.count, by: step) {
                var damaged = bytes
                damaged[place] ^= 1 << UInt8(place & 7)
                _ = damaged.withUnsafeBytes { target.run($0) }
            }
        }
    }
}
