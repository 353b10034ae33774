import Foundation
import TacitTestSupport

/// `tacit listen --raw --input -`, fed with samples as the test wants it to hear them. It waits for its sinks unless
/// there is `--realtime` among its arguments.
final class FedRun {
    let run: LiveRun
    private(set) var lines: [String] = []
    private let listening: EventfulListening
    private let samples: [UInt8]
    private var input: Int32
    private var bytesFed = 0

    init(_ listening: EventfulListening, _ arguments: [String], environment: [String: String] = [:]) throws {
        self.listening = listening
        samples = Sounds.raw(Sounds.glide(samples: 60 * listening.rate))
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Executable.LaunchFailure(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        input = ends[1]
        do {
            run = try LiveRun(
                .tacit, listening.arguments(["--raw"] + arguments, sound: "-"), environment: environment, input: ends[0]
            )
        } catch {
            close(input)
            throw error
        }
    }

    deinit { endInput() }

    /// Lets it hear so many seconds more, over and over the same minute.
    ///
    /// - Returns: whether it took them all.
    @discardableResult
    func feed(seconds: Double) -> Bool {
        var left = Int(seconds * Double(listening.rate)) * 2
        while left > 0 {
            let place = bytesFed % samples.count
            let part = min(left, samples.count - place, 4096)
            let written = samples.withUnsafeBytes { write(input, $0.baseAddress! + place, part) }
            guard written > 0 else { return false }
            bytesFed += written
            left -= written
        }
        return true
    }

    /// The same, and reads its labels as they come: so few lines are on their way at any time that they fit into the
    /// program's own queue, and none is lost, however slowly this process and that one go.
    ///
    /// - Returns: whether all came.
    func feedInStep(seconds: Double) -> Bool {
        var left = seconds
        while left > 0 {
            guard feed(seconds: min(left, Self.step)) else { return false }
            left -= Self.step
            let due = Int(Double(bytesFed / 2) / Double(listening.rate) / listening.stride) - Self.patchesOnTheWay
            while labels < due { guard readLine() != nil else { return false } }
        }
        return true
    }

    /// Seconds: some four thousand bytes of lines.
    private static let step = 0.05
    /// A window's worth may be missing still from what has been fed.
    private static let patchesOnTheWay = 8
    private var labels = 0

    @discardableResult
    func readLine() -> String? {
        guard let line = run.readLine() else { return nil }
        lines.append(line)
        if line.contains(#""type":"labels""#) { labels += 1 }
        return line
    }

    /// Ends what it hears and reads on to its end.
    func finish() -> Int32? {
        endInput()
        while readLine() != nil {}
        return run.finish()
    }

    func endInput() {
        if input >= 0 { close(input) }
        input = -1
    }
}
