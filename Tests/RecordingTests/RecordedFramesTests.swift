import TacitDiagnostics
import TacitMedia
import TacitRecording
import Testing

/// Frames that were recorded give the same lines again, to the last byte.
@Suite struct RecordedFramesTests {
    private typealias FrameStep = Step<(size: Int, channels: Int, grey: UInt8, event: FrameEvent)>

    /// Frames of several sizes with times that go on, frames dropped, gaps, and frames that can't be read.
    private struct Camera {
        var chance: Chance
        var stamp = FrameEvent.Stamp(index: -1, time: 0, dropped: 0)

        mutating func step() -> FrameStep {
            stamp.time += chance.number(1...60_000)
            switch chance.number(0...19) {
            case 0:
                let reasons: [FrameEvent.Reason] = [.lost, .stalled, .command]
                let length = chance.number(0...3_000_000)
                stamp.time += length
                return .give(
                    (1, 1, 0, .gap(.init(end: stamp.time, length: length, reason: reasons[chance.number(0...2)]))))
            case 1:
                return .give(
                    (1, 1, 0, .broken(TacitError.badData("camera", at: "frame \(stamp.index)", "is no picture"))))
            case 2: return .give((1, 1, 0, .passed(time: stamp.time)))
            default: return .give(frame(chance.number(1...9)))
            }
        }

        mutating func frame(_ size: Int) -> (size: Int, channels: Int, grey: UInt8, event: FrameEvent) {
            let dropped = chance.isTrue(0.2) ? chance.number(1...5) : 0
            stamp.index += 1 + dropped
            stamp.dropped += dropped
            return (size, chance.isTrue(0.5) ? 1 : 3, UInt8(chance.number(0...255)), .frame(stamp))
        }
    }

    @Test(arguments: 0..<20)
    func theSameLinesAgain(seed: Int) throws {
        var camera = Camera(chance: Chance(seed: UInt64(1000 + seed)))
        let bench = try Bench()
        var notes: [Recorder.Note] = []
        var steps = (0..<150).map { _ in camera.step() }
        let isSlow = seed % 2 == 1
        if isSlow {
            let disk = bench.disk
            steps.append(.call { disk.stop() })
            steps.append(.repeatUntil({ notes == [.tooSlow] }, camera.frame(400)))
            steps += (0..<50).map { _ in camera.step() }
            steps.append(.call { disk.goOn() })
            steps.append(.repeatUntil({ notes == [.tooSlow, .caughtUp] }, camera.frame(3)))
            steps += (0..<50).map { _ in camera.step() }
        }
        let lines = try bench.record(frames: steps) { notes.append($0) }
        let again = try Bench.replay(bench.wish.path)
        #expect(again.error == nil && again.ending == .over)
        let isSame = again.lines == lines
        #expect(isSame)
        #expect((again.missed > 0) == isSlow)
        for text in ["\"labels\"", "\"on\"", "\"off\"", "\"gap\""] {
            let isThere = lines.contains(text)
            #expect(isThere, "\(text)")
        }
    }

    @Test func itEndsAfterSoManySeconds() throws {
        var camera = Camera(chance: Chance(seed: 9))
        var bench = try Bench()
        bench.wish.seconds = 2
        let lines = try bench.record(frames: (0..<400).map { _ in camera.step() })
        let again = try Bench.replay(bench.wish.path)
        #expect(again.error == nil && again.lines == lines && again.ending == .limit)
        #expect(lines.contains("\"time\":1.") && !lines.contains("\"time\":2.1"))
    }
}
