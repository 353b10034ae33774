import Foundation
import TacitDevices
import TacitDiagnostics
import TacitTestSupport
import Testing

/// A microphone over a device that stands in for a real one: nothing here depends on how fast it runs.
@Suite struct MicrophoneTests {
    private static let rate = 16000
    private static let period = 400

    /// Numbers that never are zero.
    private func sound(_ seconds: Double, from start: Int = 0) -> [Float] {
        (start..<start + Int(seconds * Double(Self.rate))).map { Float($0 % 30_000 + 1) / 32768 }
    }

    private func settings(
        wait: Double = 0, waitLost: Double = 60, ring: Double = 100, stall: Double = 10
    ) -> MicrophoneSettings {
        MicrophoneSettings(
            sampleRate: Self.rate, wait: wait, waitLost: waitLost, ringSeconds: ring, stallSeconds: stall)
    }

    /// Reads until `count` samples have come.
    private func read(_ microphone: Microphone, _ count: Int) throws -> Drained {
        var drained = Drained()
        var buffer = [Float](repeating: 0, count: 1000)
        while drained.samples.count < count {
            let room = min(1000, count - drained.samples.count)
            let event = try buffer.withUnsafeMutableBufferPointer {
                try microphone.read(into: UnsafeMutableBufferPointer(rebasing: $0[..<room]))
            }
            switch event {
            case .samples(let count): drained.samples += buffer[..<count]
            case .gap(let gap): drained.gaps.append(gap)
            case .end: return drained
            }
        }
        return drained
    }

    @Test(arguments: [1, 2, 5])
    func samplesComeThrough(channels: Int) throws {
        let sound = sound(3.01)
        let device = StandInDevice(channels: channels, [.samples(sound)])
        var notes: [DeviceNote] = []
        let microphone = try Microphone(settings(), device: device) { notes.append($0) }
        let drained = try read(microphone, sound.count)
        // The mean of equal numbers, summed one by one: exact for these.
        #expect((drained.samples == sound) == true)
        #expect(drained.gaps.isEmpty)
        #expect(notes == [.opened(name: "stand-in", format: microphone.format.description)])
    }

    /// What a device loses is a gap of the time it was away for, at its place.
    @Test func eachLossIsAGapOfItsLength() throws {
        let parts = (0..<4).map { sound(0.5, from: $0 * 8000) }
        let device = StandInDevice([
            .samples(parts[0]), .overrun(0.75), .samples(parts[1]), .suspend(3600), .samples(parts[2]), .gone(3),
            .samples(parts[3]),
        ])
        var notes: [DeviceNote] = []
        let microphone = try Microphone(settings(), device: device) { notes.append($0) }
        let drained = try read(microphone, 32000)
        #expect((drained.samples == parts.flatMap { $0 }) == true)
        #expect(drained.gaps.map(\.reason) == [.overrun, .suspend, .lost])
        #expect(drained.gaps[0].samples == 12000)
        #expect(drained.gaps[1].samples == 3600 * 16000)
        // Looked for every quarter of a second.
        #expect((48000...52000).contains(drained.gaps[2].samples))
        #expect(device.openings == 2)
    }

    /// What came before is gone, and what comes is whole.
    @Test func whatIsDiscardedIsNotRead() throws {
        let (before, after) = (sound(0.5), sound(0.5, from: 8000))
        let (reached, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let device = StandInDevice([.samples(before), .meet(reached: reached, goOn: goOn), .samples(after)])
        let microphone = try Microphone(settings(), device: device) { _ in }
        reached.wait()
        microphone.discard()
        goOn.signal()
        #expect(try (read(microphone, after.count).samples == after) == true)
    }

    /// The reader stops for 3 s: the ring holds 2 s (rounded up to a power of two), the rest is a gap of exactly what
    /// found no room, and what comes after it are the samples after it.
    @Test func aReaderThatStopsLosesExactlyWhatFoundNoRoom() throws {
        let before = sound(0.1)
        let during = sound(3, from: 1600)
        let after = sound(1, from: 49600)
        let reached = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let goOn = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let device = StandInDevice([
            .samples(before), .meet(reached: reached.0, goOn: goOn.0), .samples(during),
            .meet(reached: reached.1, goOn: goOn.1), .samples(after),
        ])
        let microphone = try Microphone(settings(ring: 2), device: device) { _ in }
        #expect(try (read(microphone, 1600).samples == before) == true)
        reached.0.wait()
        goOn.0.signal()
        reached.1.wait()
        let held = 32768 / Self.period * Self.period
        let first = try read(microphone, held)
        #expect(first.gaps.isEmpty)
        #expect((first.samples == Array(during[..<held])) == true)
        goOn.1.signal()
        let rest = try read(microphone, 16000)
        #expect(rest.gaps == [.init(samples: 48000 - held, reason: .overrun)])
        #expect((rest.samples == after) == true)
    }

    @Test func aDeviceThatStopsDeliveringIsTakenForLost() throws {
        let device = StandInDevice([
            .samples(sound(0.5)), .quiet(9), .samples(sound(0.5)), .quiet(11), .samples(sound(0.5)),
        ])
        let microphone = try Microphone(settings(), device: device) { _ in }
        let drained = try read(microphone, 24000)
        // 9 s may be a slow start; after 10 s the device is opened again, and the silence was a loss.
        #expect(drained.gaps.map(\.reason) == [.lost])
        #expect(device.openings == 2)
        #expect((160_000...170_000).contains(drained.gaps[0].samples))
    }

    @Test func aDriverThatHangsIsNoticedByTheReader() throws {
        let end = DispatchSemaphore(value: 0)
        defer { end.signal() }
        let device = StandInDevice([.samples(sound(0.5)), .hang(end)])
        var notes: [DeviceNote] = []
        let microphone = try Microphone(settings(waitLost: 0.01, stall: 0.05), device: device) { notes.append($0) }
        expectLost { _ = try read(microphone, 8001) }
        #expect(notes.last == .lost(cause: 0))
    }

    @Test func whatDoesNotComeBackIsAnErrorAfterItsLastSample() throws {
        let device = StandInDevice([.samples(sound(0.5)), .gone(1e9)])
        var notes: [DeviceNote] = []
        let microphone = try Microphone(settings(waitLost: 0), device: device) { notes.append($0) }
        #expect(try (read(microphone, 8000).samples == sound(0.5)) == true)
        expectLost { _ = try read(microphone, 1) }
        #expect(notes.last == .lost(cause: ENODEV))
    }

    @Test func whatComesBackAtAnotherRateSaysSo() throws {
        let refusing = DispatchSemaphore(value: 0)
        let device = StandInDevice(refusing: refusing, [.samples(sound(0.5)), .gone(0.1)])
        let microphone = try Microphone(settings(waitLost: 0), device: device) { _ in }
        #expect(try (read(microphone, 8000).samples == sound(0.5)) == true)
        // Who is refused for the second time has seen the first.
        for _ in 0..<2 { #expect(refusing.wait(timeout: .now() + 60) == .success) }
        let error = thrown(TacitError.self) { try read(microphone, 1) }
        #expect(error?.kind == .deviceLost)
        #expect(error?.reason == "lost, and not back within 0 seconds: the microphone no longer gives 16000 Hz")
    }

    private func expectLost(_ body: () throws -> Void) {
        do {
            try body()
            Issue.record("no error")
        } catch {
            #expect((error as? TacitError)?.kind == .deviceLost)
        }
    }

    @Test func anAbsentDeviceIsWaitedForAsLongAsAsked() throws {
        var notes: [DeviceNote] = []
        let late = StandInDevice(absentFor: 5, [.samples(sound(0.1))])
        let microphone = try Microphone(settings(wait: 10), device: late) { notes.append($0) }
        #expect(try read(microphone, 1600).gaps.isEmpty)
        #expect(notes.count == 2)
        #expect(notes.first == .waiting(reason: "stand-in: no such microphone"))
        for wait in [0.0, 4.7] {
            do {
                _ = try Microphone(settings(wait: wait), device: StandInDevice(absentFor: 5, [])) { _ in }
                Issue.record("opened")
            } catch {
                #expect((error as? TacitError)?.kind == .deviceUnavailable)
            }
        }
    }

    @Test func onlyZerosAreReportedOnce() throws {
        let zeros = [Float](repeating: 0, count: 15 * Self.rate)
        let device = StandInDevice([.samples(sound(1)), .samples(zeros), .samples(sound(1)), .samples(zeros)])
        var notes: [DeviceNote] = []
        let microphone = try Microphone(settings(), device: device) { notes.append($0) }
        var count = 0
        // As the device produces faster than this reads, what is told depends on when it is looked at; that it is told,
        // and in turns, does not.
        while count < 32 * Self.rate { count += try read(microphone, Self.period).samples.count }
        let told = notes.dropFirst().map { if case .silent(let seconds) = $0 { seconds >= 10 } else { false } }
        #expect(told.contains(true))
        #expect(zip(told, told.dropFirst()).allSatisfy { $0 != $1 })
    }
}
