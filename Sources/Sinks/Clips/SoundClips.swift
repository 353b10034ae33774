import Glibc
import TacitConsole
import TacitDiagnostics
import TacitLive
import TacitText

/// Keeps the sound of events: from some seconds before each to some after its end.
///
/// The last seconds of the stream lie in a ring that is taken at the start; a thread of its own encodes from there. A disk
/// that is slower than the ring is long costs the end of a clip, never a sample of the stream.
final class SoundClips: Sink, ClipNaming, @unchecked Sendable {
    /// A clip that is being made.
    struct Job {
        let name: ClipName
        let on: LiveEvent
        var off: LiveEvent?
        let start: Int
        /// Where it ends, at the latest.
        var end: Int
        /// What has been taken from the ring.
        var place: Int
    }

    struct State {
        var stream: StreamDescription
        var history: SampleHistory
        var jobs: [Job?] = Array(repeating: nil, count: SoundClips.most)
        var hasRoom: Bool
        var isEnding = false

        /// The sample at so many seconds.
        func place(_ time: Double) -> Int { Int((time * Double(stream.sampleRate)).rounded()) }

        /// Whether so many more would take the place of what a clip has still to be written from.
        func wouldOverwrite(_ count: Int) -> Bool {
            jobs.contains { job in
                guard let job, job.place < min(job.end, history.end) else { return false }
                return job.place < history.end + count - history.capacity
            }
        }

        /// Whether there are clips that end with what has been heard already.
        var hasJobsToWrite: Bool {
            jobs.contains { job in job.map { $0.end <= history.end } ?? false }
        }
    }

    let folder: ClipFolder
    let shared: Guarded<State>
    private let settings: ClipSettings
    private let stop: StopToken
    private let before: Double
    /// The stream's thread's.
    private var names: ClipNames

    /// Clips that are made at once.
    static let most = 32
    /// Seconds that the disk may be behind.
    private static let slack = 30.0

    init(_ folder: ClipFolder, _ settings: ClipSettings, _ stream: StreamDescription, before: Double) throws {
        self.folder = folder
        self.settings = settings
        stop = stream.stop
        self.before = before
        names = ClipNames(stream, kind: .sound)
        let history = SampleHistory(capacity: Int((before + Self.slack) * Double(stream.sampleRate)))
        shared = Guarded(State(stream: stream, history: history, hasRoom: folder.hasRoom()))
        let made = SoundClipWriter(self)
        try DetachedThread.start(for: folder.path, failing: .cannotCreate) {
            var writer = made
            writer.serve()
        }
    }

    deinit { shared.locked { $0.history.deallocate() } }

    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) {
        shared.wait(every: 0.05) { state -> Void? in
            // What can be read again at any speed waits for the disk.
            if state.stream.waitsForReaders, !stop.isStopping, state.wouldOverwrite(samples.count) {
                shared.signal()
                return nil
            }
            return state.history.append(samples, endingAt: state.place(time))
        }
    }

    func labels(_ reading: LiveReading) {}
    func event(_ event: LiveEvent) {}
    func gap(_ gap: LiveGap) {}

    func relabel(_ labels: StreamLabels) {
        names.relabel(labels)
        shared.locked { $0.stream = $0.stream.relabelled(labels) }
    }

    func name(_ event: inout LiveEvent) {
        switch event.state {
        case .on: begin(&event)
        case .off: end(&event)
        }
    }

    func finish() {
        shared.locked { $0.isEnding = true }
        shared.signal()
        shared.wait { state in state.jobs.contains { $0 != nil } ? nil : () }
    }

    private func begin(_ event: inout LiveEvent) {
        let name = names.name(event)
        let refusal: String? = shared.wait(every: 0.05) { state -> String?? in
            let slot = state.jobs.firstIndex { $0 == nil }
            if slot == nil, state.stream.waitsForReaders, !stop.isStopping, state.hasJobsToWrite {
                shared.signal()
                return nil
            }
            guard state.hasRoom else { return "the disk has no room" }
            guard let slot else { return "too many are on at once" }
            let start = max(0, state.history.start, state.place(event.time - before))
            event.clip = name
            state.jobs[slot] = Job(
                name: name, on: event, start: start, end: start + state.place(settings.longest), place: start)
            shared.signal()
            return .some(nil)
        }
        if let refusal { return ClipSink.log(event, " has no clip: \(refusal)") }
        names.keep(name, of: event)
    }

    private func end(_ event: inout LiveEvent) {
        guard let name = names.take(event) else { return }
        event.clip = name
        shared.locked { state in
            for slot in state.jobs.indices {
                guard var job = state.jobs[slot], job.name == name else { continue }
                job.off = event
                job.end = min(job.end, state.place(event.time + settings.after))
                state.jobs[slot] = job
            }
        }
        shared.signal()
    }
}
