import Glibc
import TacitConsole
import TacitDiagnostics
import TacitLive

/// Takes what people say of a stream's events ("this was X", "this was nothing"), from wherever, and has it learned
/// from the event's own clip, on a thread of its own.
final class Corrections: Sink, @unchecked Sendable {
    /// What is known of an event that may be corrected.
    private struct Past {
        let id: EventID
        let label: Int
        let clip: ClipName?
    }

    private struct Job {
        let request: CorrectionRequest
        let done: @Sendable (CorrectionAnswer) -> Void
    }

    private let teacher: any ClipTeaching
    /// Where clips are kept.
    private let folder: String
    private let monitor = Monitor()
    // The monitor's.
    private var labels: [String]
    private var events = BoundedQueue<Past>(capacity: Corrections.most)
    private var jobs = BoundedQueue<Job>(capacity: 16)
    private var isEnding = false
    private var isOver = false

    /// Events that can be corrected: the last ones.
    private static let most = 4096

    /// - Throws: `TacitError` (output) where there is no thread for it.
    init(_ teacher: any ClipTeaching, clips folder: String, labels: [String]) throws {
        self.teacher = teacher
        self.folder = folder
        self.labels = labels
        try DetachedThread.start(for: folder, failing: .cannotCreate) { self.serve() }
    }

    func labels(_ reading: LiveReading) {}
    func gap(_ gap: LiveGap) {}
    func relabel(_ labels: StreamLabels) { monitor.locked { self.labels = labels.eventNames } }

    func event(_ event: LiveEvent) {
        monitor.locked {
            if events.isFull { _ = events.removeFirst() }
            _ = events.append(Past(id: event.id, label: event.label, clip: event.clip))
        }
    }

    /// What is being learned is learned to its end; what still waits is refused.
    func finish() {
        monitor.locked {
            isEnding = true
            monitor.signal()
            while !isOver { monitor.wait(seconds: 1) }
        }
    }

    /// From any thread.
    ///
    /// - Parameters:
    ///   - bytes: a `CorrectionRequest`.
    ///   - done: called once, from another thread or from within.
    func submit(_ bytes: some Collection<UInt8>, _ done: @escaping @Sendable (CorrectionAnswer) -> Void) {
        guard let request = CorrectionRequest(bytes) else {
            return done(
                CorrectionAnswer(
                    outcome: .malformed,
                    words: #"expected {"event":"ID","label":"NAME"} or {"event":"ID","nothing":true}"#))
        }
        let refusal: String? = monitor.locked {
            if isEnding { return "the program ends" }
            guard jobs.append(Job(request: request, done: done)) else { return "too many corrections wait" }
            monitor.signal()
            return nil
        }
        if let refusal { done(CorrectionAnswer(outcome: .busy, words: refusal, event: request.event)) }
    }

    private func serve() {
        while true {
            let (job, isEnding): (Job?, Bool) = monitor.locked {
                if jobs.isEmpty, !self.isEnding { monitor.wait(seconds: 60) }
                return (jobs.removeFirst(), self.isEnding)
            }
            if let job {
                job.done(
                    isEnding
                        ? CorrectionAnswer(outcome: .busy, words: "the program ends", event: job.request.event)
                        : answer(to: job.request))
            } else if isEnding {
                return monitor.locked {
                    isOver = true
                    monitor.signal()
                }
            }
        }
    }

    private func answer(to request: CorrectionRequest) -> CorrectionAnswer {
        func answer(_ outcome: CorrectionAnswer.Outcome, _ words: String) -> CorrectionAnswer {
            CorrectionAnswer(outcome: outcome, words: words, event: request.event)
        }
        guard let past = past(request.event) else {
            return answer(.unknownEvent, "no such event among the last \(Self.most) of this run")
        }
        guard let clip = past.clip else { return answer(.refused, "the event has no clip to learn from") }
        let path = "\(folder)/\(clip.text)"
        guard SystemPath.withBytes(path, { access($0, R_OK) }) == 0 else {
            return answer(.refused, "the event's clip is not finished yet, or was removed")
        }
        do {
            let said = monitor.locked { labels[past.label] }
            return answer(.learned, Self.words(try teacher.teach(request.judgement, clip: path, said: said)))
        } catch let error as TacitError {
            return answer(error.kind == .usage ? .refused : .failed, error.description)
        } catch {
            return answer(.failed, "\(error)")
        }
    }

    private func past(_ id: String) -> Past? {
        guard let id = EventID(id) else { return nil }
        return monitor.locked {
            var found: Past?
            for event in events where event.id == id { found = event }
            return found
        }
    }

    private static func words(_ lesson: Lesson) -> String {
        var parts: [String] = []
        if let name = lesson.learned { parts.append("an example of \(name)") }
        if let name = lesson.corrected { parts.append("not \(name)") }
        return "learned: " + parts.joined(separator: ", ")
    }
}
