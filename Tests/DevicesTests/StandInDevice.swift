import Foundation
import TacitDevices
import TacitDiagnostics

/// A capture device that plays a script on a clock of its own: time passes when it says so.
final class StandInDevice: CaptureDevice, @unchecked Sendable {
    enum Step {
        /// Samples, a period at a time; time passes as they do.
        case samples([Float])
        /// Nothing comes for so many seconds.
        case quiet(Double)
        /// It overruns, so many seconds after the last sample.
        case overrun(Double)
        case suspend(Double)
        /// It is gone, and back after so many seconds.
        case gone(Double)
        /// Tells the test that it got here, and goes on once the test says so.
        case meet(reached: DispatchSemaphore, goOn: DispatchSemaphore)
        /// Never returns until the test says so: a driver that hangs.
        case hang(DispatchSemaphore)
    }

    let name = "stand-in"
    private let format: CaptureFormat
    private let refusing: DispatchSemaphore?
    private let script: NSLock = NSLock()
    private var steps: [Step]
    private var time = 0.0
    private var absentUntil: Double
    private(set) var openings = 0

    /// - Parameters:
    ///   - rate: hertz.
    ///   - channels: interleaved.
    ///   - seconds: for which it is not there at first.
    ///   - refusing: told each time that it is there again, and at another rate; nil for one that keeps its rate.
    ///   - steps: the script.
    init(
        rate: Int = 16000, channels: Int = 1, absentFor seconds: Double = 0, refusing: DispatchSemaphore? = nil,
        _ steps: [Step]
    ) {
        self.refusing = refusing
        format = CaptureFormat(
            encoding: .float32, channels: channels, sampleRate: rate, period: rate / 40, buffer: rate / 2)
        self.steps = steps
        absentUntil = seconds
    }

    func open(sampleRate: Int, isFixed: Bool) throws -> CaptureFormat {
        guard time >= absentUntil else { throw TacitError(.deviceUnavailable, file: name, "no such microphone") }
        if let refusing, isFixed {
            refusing.signal()
            usleep(1000)
            throw TacitError(.deviceUnavailable, file: name, "the microphone no longer gives \(sampleRate) Hz")
        }
        openings += 1
        return format
    }

    func start() -> CaptureResult { .frames(0) }

    func read(into memory: UnsafeMutableRawPointer, frames: Int, milliseconds: Int) -> CaptureResult {
        guard let step = steps.first else {
            usleep(200)
            return .nothing
        }
        switch step {
        case .samples(let samples):
            let count = min(samples.count, frames)
            for index in 0..<count {
                for channel in 0..<format.channels {
                    memory.storeBytes(
                        of: samples[index], toByteOffset: 4 * (index * format.channels + channel), as: Float.self)
                }
            }
            if count == samples.count {
                steps.removeFirst()
            } else {
                steps[0] = .samples(Array(samples[count...]))
            }
            time += Double(count) / Double(format.sampleRate)
            return .frames(count)
        case .quiet(let seconds):
            let passed = min(seconds, Double(milliseconds) / 1000)
            time += passed
            if passed >= seconds { steps.removeFirst() } else { steps[0] = .quiet(seconds - passed) }
            return .nothing
        case .overrun(let seconds):
            steps.removeFirst()
            time += seconds
            return .overrun
        case .suspend(let seconds):
            steps.removeFirst()
            time += seconds
            return .suspended
        case .gone(let seconds):
            steps.removeFirst()
            absentUntil = time + seconds
            return .lost(ENODEV)
        case .meet(let reached, let goOn):
            steps.removeFirst()
            reached.signal()
            goOn.wait()
            return .nothing
        case .hang(let end):
            end.wait()
            steps.removeFirst()
            return .nothing
        }
    }

    var unread: Int { 0 }
    func close() {}
    var now: Double { time }
    func sleep(milliseconds: Int) { time += Double(milliseconds) / 1000 }
}
