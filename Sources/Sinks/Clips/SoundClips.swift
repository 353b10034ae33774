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

    let folder: ClipFolder
    let monitor = Monitor()
    // All below is the monitor's.
    /// Changed by the stream's thread alone, which need not ask for it.
    private(set) var stream: StreamDescription
    var history: SampleHistory
    var jobs: [Job?] = Array(repeating: nil, count: SoundClips.most)
    var hasRoom = true
    private(set) var isEnding = false

    private let settings: ClipSettings
    private let stop: StopToken
    private let before: Double
    private var names: ClipNames

    /// Clips that are made at once.
    private static let most = 32
    /// Seconds that the disk may be behind.
    private static let slack = 30.0

    init(_ folder: ClipFolder, _ settings: ClipSettings, _ stream: StreamDescription, before: Double) throws {
        self.folder = folder
        self.settings = settings
        self.stream = stream
        stop = stream.stop
        self.before = before
        names = ClipNames(stream, kind: .sound)
        history = SampleHistory(capacity: Int((before + Self.slack) * Double(stream.sampleRate)))
        hasRoom = folder.hasRoom()
        let made = SoundClipWriter(self)
        try DetachedThread.start(for: folder.path, failing: .cannotCreate) {
            var writer = made
            writer.serve()
        }
    }

    deinit { history.deallocate() }

    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) {
        monitor.locked {
            // What can be read again at any speed waits for the disk.
            while stream.waitsForReaders, !stop.isStopping, wouldOverwrite(samples.count) {
                monitor.signal()
                monitor.wait(seconds: 0.05)
            }
            history.append(samples, endingAt: place(time))
        }
    }

    func labels(_ reading: LiveReading) {}
    func event(_ event: LiveEvent) {}
    func gap(_ gap: LiveGap) {}

    func relabel(_ labels: StreamLabels) {
        names.relabel(labels)
        monitor.locked { stream = stream.relabelled(labels) }
    }

    func name(_ event: inout LiveEvent) {
        switch event.state {
        case .on: begin(&event)
        case .off: end(&event)
        }
    }

    func finish() {
        monitor.locked {
            isEnding = true
            monitor.signal()
            while jobs.contains(where: { $0 != nil }) { monitor.wait(seconds: 1) }
        }
    }

    private func begin(_ event: inout LiveEvent) {
        let name = names.name(event)
        let refusal: String? = monitor.locked {
            while stream.waitsForReaders, !stop.isStopping, !jobs.contains(where: { $0 == nil }), hasJobsToWrite {
                monitor.signal()
                monitor.wait(seconds: 0.05)
            }
            guard hasRoom else { return "the disk has no room" }
            guard let slot = jobs.firstIndex(where: { $0 == nil }) else { return "too many are on at once" }
            let start = max(0, history.start, place(event.time - before))
            event.clip = name
            jobs[slot] = Job(
                name: name, on: event, start: start, end: start + length(settings.longest), place: start)
            monitor.signal()
            return nil
        }
        if let refusal { return ClipSink.log(event, " has no clip: \(refusal)") }
        names.keep(name, of: event)
    }

    private func end(_ event: inout LiveEvent) {
        guard let name = names.take(event) else { return }
        event.clip = name
        monitor.locked {
            for slot in jobs.indices {
                guard var job = jobs[slot], job.name == name else { continue }
                job.off = event
                job.end = min(job.end, place(event.time + settings.after))
                jobs[slot] = job
                monitor.signal()
            }
        }
    }

    private func place(_ time: Double) -> Int { Int((time * Double(stream.sampleRate)).rounded()) }
    private func length(_ seconds: Double) -> Int { place(seconds) }

    /// Whether so many more would take the place of what a clip has still to be written from.
    private func wouldOverwrite(_ count: Int) -> Bool {
        jobs.contains { job in
            guard let job, job.place < min(job.end, history.end) else { return false }
            return job.place < history.end + count - history.capacity
        }
    }

    /// Whether there are clips that end with what has been heard already.
    private var hasJobsToWrite: Bool {
        jobs.contains { job in job.map { $0.end <= history.end } ?? false }
    }
}
