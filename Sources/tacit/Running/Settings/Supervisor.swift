import Glibc
import Synchronization
import TacitConsole
import TacitDiagnostics
import TacitSettings
import TacitSinks

/// Runs the inputs of a file of settings: begins them, ends them, and takes over what the file says when it is read
/// anew.
final class Supervisor {
    private let path: String
    private let isJSON: Bool
    private let bell: Bell

    /// What this waits for, rung from other threads.
    private final class Bell: Sendable {
        let pipe: WakePipe
        /// Whether the file is to be read again.
        let isAsked = Atomic<Bool>(false)

        init(for path: String) throws { pipe = try WakePipe(for: path, failure: .cannotCreate) }

        func askAgain() {
            isAsked.store(true, ordering: .releasing)
            pipe.wake()
        }
    }

    /// In the order in which they began.
    private var inputs: [RunningInput] = []
    /// Asked to end when the file was read again, and not yet over.
    private var late: [RunningInput] = []
    /// How the first input that failed for good did.
    private var failure: TacitError.Kind?
    private var fatal: (any Error)?

    /// Seconds for inputs to end in, before the others go on without them.
    private static let patience = 5.0
    /// Seconds at the end of all, a little more than who asks the program to stop has: that ends it with its lines
    /// whole.
    private static let lastPatience = 6.0

    /// From now on SIGHUP is the wish that the file be read again, as soon as the inputs run.
    ///
    /// - Parameters:
    ///   - path: of the file, for reading it again.
    ///   - isJSON: whether standard output gets JSON Lines whatever the file says.
    /// - Throws: `TacitError` (output) where the system has nothing to be woken by.
    init(path: String, isJSON: Bool) throws {
        self.path = path
        self.isJSON = isJSON
        let bell = try Bell(for: path)
        self.bell = bell
        Process.onHangUp { bell.askAgain() }
    }

    /// Until all inputs are over, or the program is asked to end.
    ///
    /// - Parameter plans: what the file says.
    /// - Throws: `ExitStatus.Reported` with how the first input failed that was not asked to end.
    func run(_ plans: [InputPlan]) throws {
        Process.stopInOrder()
        for plan in plans { try begin(plan.told(asJSON: isJSON)) }
        Process.hasStarted()
        while !Process.stop.isStopping, !inputs.allSatisfy(\.isOver) {
            // The wish may have come while something else was waited for, by which the bell's pipe was emptied.
            if !bell.isAsked.load(ordering: .acquiring) { wait() }
            look()
            if bell.isAsked.exchange(false, ordering: .acquiringAndReleasing), !Process.stop.isStopping {
                reload()
                look()
            }
        }
        endAll(inputs + late, within: Self.lastPatience) { false }
        look()
        if let fatal { throw fatal }
        if let failure, !Process.stop.isStopping { throw ExitStatus.Reported(kind: failure) }
    }

    private func begin(_ plan: InputPlan) throws {
        inputs.append(try RunningInput(plan) { [bell] in bell.pipe.wake() })
    }

    /// For a wish to stop, one to read the file again, or an input that is over.
    private func wait() {
        var descriptors = [
            pollfd(fd: Process.stop.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell.pipe.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        poll(&descriptors, 2, -1)
        bell.pipe.clear()
    }

    private func look() {
        for input in inputs + late {
            switch input.ending {
            case .failed(let kind): failure = failure ?? kind
            case .fatal(let error):
                fatal = fatal ?? error
                Process.stop.stop()
            case .fine, nil: break
            }
        }
    }

    /// Ends inputs in order, all at the same time, and waits for them.
    ///
    /// - Parameters:
    ///   - seconds: how long they are waited for. One whose thread hangs in a driver or a file system is never over.
    ///   - isCalledOff: asked time and again whether the wait is to end.
    private func endAll(_ inputs: [RunningInput], within seconds: Double, unless isCalledOff: () -> Bool) {
        for input in inputs { input.end() }
        let watch = Stopwatch()
        while !inputs.allSatisfy(\.isOver), watch.seconds < seconds, !isCalledOff() {
            var descriptor = pollfd(fd: bell.pipe.descriptor, events: Int16(POLLIN), revents: 0)
            // Woken by each; without a wait too long should it be missed.
            poll(&descriptor, 1, 100)
            bell.pipe.clear()
        }
    }

    // MARK: The file, read anew

    /// What is the same goes on untouched; what is gone or has changed ends in order, and what is new, has changed or
    /// has failed begins.
    private func reload() {
        let plans: [InputPlan]
        do {
            let check = try SettingsCheck(path: path)
            guard check.faults.isEmpty else {
                let more = check.faults.count > 1 ? " (and \(check.faults.count - 1) more)" : ""
                return say("\(check.line(of: check.faults[0]).description)\(more); the settings stay as they were")
            }
            for doubt in check.doubts { say(check.line(of: doubt).description) }
            plans = check.inputs.map { $0.told(asJSON: isJSON) }
        } catch {
            return say("\(error); the settings stay as they were")
        }
        let kept = inputs.filter { input in
            // One that failed begins anew: what was wrong may have been put right outside the file.
            if case .failed = input.ending { return false }
            return plans.contains { $0.isSame(as: input.plan) }
        }
        let left = inputs.filter { input in !kept.contains { $0 === input } }
        let fresh = plans.filter { plan in !kept.contains { $0.plan.isCalled(as: plan) } }
        let ended = left.count { !$0.isOver }
        endAll(left, within: Self.patience) { Process.stop.isStopping }
        inputs = kept
        // Those that are over are looked at once more, for one may have met what ends the program.
        late = late.filter { !$0.isOver } + left
        // They are ended with all others now.
        guard !Process.stop.isStopping else { return }
        for input in left where !input.isOver {
            say("\(input.plan.name): does not end; the others go on without it")
        }
        for plan in fresh where !Process.stop.isStopping {
            do { try begin(plan) } catch { say("\(plan.name): \(error)") }
        }
        let running = kept.count { !$0.isOver }
        say("\(path): read again: of the inputs \(running) go on, \(ended) ended, \(fresh.count) began")
    }

    private func say(_ words: String) { StandardError.line(words) }
}
