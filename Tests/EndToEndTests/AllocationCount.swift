import Foundation
import TacitTestSupport
import Testing

/// What a program allocates after its first lines, by any of its threads; counted in front of the C library's malloc.
enum AllocationCount {
    private static let name = "allocations"

    /// What a program must be started with.
    ///
    /// - Parameters:
    ///   - folder: where what was counted is left.
    ///   - writes: to standard output, after which allocations count.
    ///   - until: writes after which they count no more.
    ///   - others: more libraries to preload.
    static func environment(
        _ folder: TemporaryFolder, after writes: Int, until: Int = .max, with others: [String] = []
    ) throws -> [String: String] {
        [
            "LD_PRELOAD": ([try PreloadedLibrary.allocations.path] + others).joined(separator: ":"),
            "TACIT_COUNT_AFTER": "\(writes)", "TACIT_COUNT_UNTIL": "\(until)", "TACIT_COUNT_FILE": folder.path(name),
        ]
    }

    /// Expects that there were none.
    static func expectNone(_ folder: TemporaryFolder, sourceLocation: SourceLocation = #_sourceLocation) throws {
        // The number, that of those behind the last write, and where the first came from.
        let counted = try String(contentsOfFile: folder.path(name), encoding: .utf8)
        #if compiler(<6.1)
            // Its library makes the type of a mutex when the first one goes, at the end.
            let numbers = counted.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
            let isNone = numbers.count >= 2 && numbers[0] == numbers[1]
        #else
            let isNone = counted == "0 allocations, 0 of them at the end\n"
        #endif
        #expect(isNone, "\(counted)", sourceLocation: sourceLocation)
    }
}

extension PipeMicrophone {
    /// Lets a program hear so many seconds, as fast as it takes them.
    ///
    /// - Parameters:
    ///   - run: of which, with no event within that time, each line is a reading.
    ///   - rate: in hertz, a multiple of 40.
    ///   - hop: seconds from reading to reading.
    /// - Returns: how many readings it gave meanwhile.
    func feed(_ run: LiveRun, seconds: Int, rate: Int, hop: Double) throws -> Int {
        let sound = Sounds.glide(samples: rate)
        var labels = 0
        for period in 0..<40 * seconds {
            let start = period % 40 * (rate / 40)
            write(sound[start..<start + rate / 40])
            // Never more than two readings ahead of what came out, so that nothing is lost on the way.
            while Double(period) / 40 > Double(labels + 2) * hop {
                _ = try #require(run.readLine())
                labels += 1
            }
        }
        return labels
    }
}
