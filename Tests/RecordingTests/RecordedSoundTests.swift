import TacitDiagnostics
import TacitMedia
import TacitRecording
import Testing

/// Sound that was recorded gives the same lines again, to the last byte.
@Suite struct RecordedSoundTests {
    /// Which labels are averaged is in the recording, where it is not all of them.
    @Test func onlySomeLabelsAreAveraged() throws {
        for (averagedLabels, told) in [(nil, nil), (2, nil), (1, 1), (0, 0)] as [(Int?, Int?)] {
            var chance = Chance(seed: 31)
            var bench = try Bench()
            bench.averagedLabels = averagedLabels
            let lines = try bench.record(chance.sound(steps: 60))
            #expect(try RecordingReader(path: bench.wish.path).settings.averagedLabels == told)
            let again = try Bench.replay(bench.wish.path)
            #expect(again.error == nil && again.lines == lines)
            #expect(lines.contains("\"on\""))
        }
    }

    /// With gaps of every kind; every other one on a disk that stands still for a while.
    @Test(arguments: 0..<20)
    func theSameLinesAgain(seed: Int) throws {
        var chance = Chance(seed: UInt64(seed))
        let bench = try Bench()
        var notes: [Recorder.Note] = []
        var steps = chance.sound(steps: 60)
        for reason in [SourceEvent.Reason.lost, .suspend, .command] {
            steps += [.give(.gap(chance.number(1...2000), reason)), .give(.samples(chance.samples(100...200)))]
        }
        let isSlow = seed % 2 == 1
        if isSlow {
            let disk = bench.disk
            let samples = chance.samples(900...900)
            steps.append(.call { disk.stop() })
            steps.append(.repeatUntil({ notes == [.tooSlow] }, .samples(samples)))
            steps += chance.sound(steps: 20)
            steps.append(.call { disk.goOn() })
            steps.append(.repeatUntil({ notes == [.tooSlow, .caughtUp] }, .samples(samples)))
            steps += chance.sound(steps: 40)
        }
        let lines = try bench.record(steps) { notes.append($0) }
        let again = try Bench.replay(bench.wish.path)
        #expect(again.error == nil && again.ending == .over)
        let isSame = again.lines == lines
        #expect(isSame)
        #expect(again.missed == (isSlow ? 1 : 0))
        #expect(lines.split(separator: "\n").count > 100)
        for text in ["\"labels\"", "\"on\"", "\"off\"", "\"gap\"", "\"lost\"", "\"suspend\"", "\"command\""]
            + (isSlow ? ["\"overrun\""] : [])
        {
            let isThere = lines.contains(text)
            #expect(isThere, "\(text)")
        }
    }

    /// What can be waited for loses nothing on a slow disk.
    @Test func aSourceThatWaitsLosesNothing() throws {
        var chance = Chance(seed: 3)
        var bench = try Bench()
        bench.waits = true
        let disk = bench.disk
        let samples = chance.samples(50_000...50_000)
        var steps: [Step<SoundEvent>] = (0..<30).map { _ in .give(.samples(samples)) }
        steps.insert(.call { disk.stop(looks: 500) }, at: 1)
        let lines = try bench.record(steps)
        // It did refuse as often.
        #expect(disk.looks == 0)
        let again = try Bench.replay(bench.wish.path)
        #expect(again.error == nil && again.missed == 0 && again.lines == lines)
        #expect(!lines.contains("\"gap\""))
    }

    /// The error that ended the stream is told with its end.
    @Test func anErrorOfTheSourceIsKept() throws {
        var chance = Chance(seed: 4)
        let bench = try Bench()
        let lost = TacitError(.deviceLost, file: "mic", "lost, and not back within 60 seconds")
        let lines = Lines()
        #expect(throws: lost) { try bench.record(chance.sound(steps: 20) + [.fail(lost)], lines) }
        let again = try Bench.replay(bench.wish.path)
        #expect(again.error == nil && again.lines == lines.text && !lines.text.isEmpty)
        #expect(again.ending == .error("mic: lost, and not back within 60 seconds"))
    }

    /// Whatever is first: also a gap, for which lines have no time of day.
    @Test func itsClockIsThatOfWhatWasReadLast() throws {
        let bench = try Bench()
        _ = try bench.record([.give(.gap(700, .lost)), .give(.samples([0.5, 0.5, 0.5]))])
        var bytes = try bench.bytes()
        let chunks = Chunks.starts(bytes)
        for (chunk, time) in zip(chunks[1...2], [12_345, 67_890] as [Int64]) {
            // Behind kind, length and position.
            withUnsafeBytes(of: time.littleEndian) {
                bytes.replaceSubrange(chunk.lowerBound + 16..<chunk.lowerBound + 24, with: $0)
            }
            Chunks.sign(&bytes, chunk)
        }
        let reader = try RecordingReader(path: try bench.folder.write("dated.rec", bytes))
        let sound = ReplayedSound(reader, sampleRate: 1000)
        var samples: [Float] = [0, 0, 0]
        var times: [Int] = []
        for _ in 0..<2 {
            _ = try samples.withUnsafeMutableBufferPointer { try sound.read(into: $0) }
            times.append(reader.clock.now.milliseconds)
        }
        #expect(times == [12_345, 67_890])
    }

    @Test func itEndsAfterSoManySeconds() throws {
        var chance = Chance(seed: 5)
        var bench = try Bench()
        bench.wish.seconds = 1.234
        var notes: [Recorder.Note] = []
        let samples = chance.samples(100...100)
        let lines = try bench.record((0..<100).map { _ in .give(.samples(samples)) }) { notes.append($0) }
        let again = try Bench.replay(bench.wish.path)
        #expect(notes == [.full])
        #expect(again.error == nil && again.lines == lines && again.ending == .limit)
        #expect(lines.contains("\"time\":1.204,") && !lines.contains("\"time\":1.254,"))
    }

    @Test func itEndsBeforeTheFileGetsTooLarge() throws {
        var chance = Chance(seed: 6)
        var bench = try Bench()
        bench.wish.bytes = 100_000
        let samples = chance.samples(100...100)
        let lines = try bench.record((0..<2000).map { _ in .give(.samples(samples)) })
        let again = try Bench.replay(bench.wish.path)
        #expect(again.error == nil && again.lines == lines && again.ending == .limit)
        let size = try bench.bytes().count
        #expect(size <= 100_000 && size > 80_000)
    }

    /// Whole chunks stay, the stream ends with the reason, and what stays replays.
    @Test(arguments: [0, 1, 15, 16, 17, 200, 1000, 1001, 1003, 5000, 5555])
    func aFullDiskLeavesWhatReplays(room: Int) throws {
        var chance = Chance(seed: 7)
        let bench = try Bench()
        bench.disk.limit(to: room)
        let samples = chance.samples(100...100)
        let lines = Lines()
        // Until the writing thread has told that it can't.
        #expect(throws: TacitError(.cannotCreate, file: bench.wish.path, "No space left on device")) {
            try bench.record([.repeatUntil({ false }, .samples(samples))], lines)
        }
        let size = try bench.bytes().count
        #expect(size <= room)
        let again = try Bench.replay(bench.wish.path)
        #expect(again.error?.kind == .badData)
        #expect(lines.text.utf8.starts(with: again.lines.utf8))
        if size > 1000 { #expect(!again.lines.isEmpty && again.error?.reason.contains("cut off") == true) }
    }

    @Test func nothingIsWrittenOver() throws {
        let bench = try Bench()
        try bench.folder.write("a.rec", "precious".utf8)
        #expect(
            throws: TacitError(
                .cannotCreate, file: bench.wish.path, "is there already: a recording is never written over anything")
        ) { try bench.record([]) }
        #expect(try bench.bytes() == Array("precious".utf8))
        var other = bench
        other.wish.path = bench.folder.path("no/such/folder.rec")
        #expect(throws: TacitError.self) { try other.record([]) }
    }
}
