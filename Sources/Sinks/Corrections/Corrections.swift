import TacitConsole
import TacitDiagnostics
import TacitLive

/// Takes what people say of a stream's events ("this was X", "this was nothing"), from wherever, and has it learned
/// from the event's own clip, on a thread of its own.
package final class Corrections: Sink, Sendable {
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

    private struct State {
        var labels: StreamLabels
        var events = BoundedQueue<Past>(capacity: Corrections.most)
        var jobs = BoundedQueue<Job>(capacity: 16)
        var isEnding = false
        var isOver = false
    }

    private let teacher: any ClipTeaching
    /// Where clips are kept.
    private let folder: String
    private let shared: Guarded<State>

    /// Events that can be corrected: the last ones.
    private static let most = 4096

    /// - Throws: `TacitError` (output) where there is no thread for it.
    package init(_ teacher: any ClipTeaching, clips folder: String, labels: StreamLabels) throws {
        self.teacher = teacher
        self.folder = folder
        shared = Guarded(State(labels: labels))
        try DetachedThread.start(for: folder, failing: .cannotCreate) { self.serve() }
    }

    package func labels(_ reading: LiveReading) {}
    package func gap(_ gap: LiveGap) {}
    package func relabel(_ labels: StreamLabels) { shared.locked { $0.labels = labels } }

    package func event(_ event: LiveEvent) {
        shared.locked { state in
            if state.events.isFull { _ = state.events.removeFirst() }
            _ = state.events.append(Past(id: event.id, label: event.label, clip: event.clip))
        }
    }

    /// What is being learned is learned to its end; what still waits is refused at once.
    package func finish() {
        var waiting: [Job] = []
        shared.locked { state in
            state.isEnding = true
            while let job = state.jobs.removeFirst() { waiting.append(job) }
        }
        shared.signal()
        for job in waiting { job.done(Self.refusalAtTheEnd(of: job.request)) }
        shared.wait { $0.isOver ? () : nil }
    }

    /// From any thread.
    ///
    /// - Parameters:
    ///   - bytes: a `CorrectionRequest`.
    ///   - done: called once, from another thread or from within.
    package func submit(
        _ bytes: some Collection<UInt8>, _ done: @escaping @Sendable (CorrectionAnswer) -> Void
    ) {
        guard let request = CorrectionRequest(bytes) else {
            return done(
                CorrectionAnswer(
                    outcome: .malformed,
                    words: #"expected {"event":"ID","label":"NAME"} or {"event":"ID","nothing":true}"#))
        }
        let refusal: CorrectionAnswer? = shared.locked { state in
            if state.isEnding { return Self.refusalAtTheEnd(of: request) }
            if state.jobs.append(Job(request: request, done: done)) { return nil }
            return CorrectionAnswer(outcome: .busy, words: "too many corrections wait", event: request.event)
        }
        shared.signal()
        if let refusal { done(refusal) }
    }

    private func serve() {
        while true {
            let job: Job? = shared.wait { state -> Job?? in
                if let job = state.jobs.removeFirst() { return job }
                return state.isEnding ? .some(nil) : nil
            }
            guard let job else { break }
            job.done(answer(to: job.request))
        }
        shared.locked { $0.isOver = true }
        shared.signal()
    }

    private static func refusalAtTheEnd(of request: CorrectionRequest) -> CorrectionAnswer {
        CorrectionAnswer(outcome: .busy, words: "the stream ends", event: request.event)
    }

    private func answer(to request: CorrectionRequest) -> CorrectionAnswer {
        func answer(_ outcome: CorrectionAnswer.Outcome, _ words: String) -> CorrectionAnswer {
            CorrectionAnswer(outcome: outcome, words: words, event: request.event)
        }
        guard let past = past(request.event) else {
            return answer(.unknownEvent, "no such event among the last \(Self.most) of this run")
        }
        let labels = shared.locked { $0.labels }
        let said = labels.eventNames[past.label]
        guard !labels.isGroup(event: past.label) else {
            return answer(.refused, "'\(said)' is a group: its events can't be corrected, only those of its labels")
        }
        if case .label(let name) = request.judgement, labels.groups.contains(name) {
            return answer(.refused, "'\(name)' is a group here: a label wants a name of its own")
        }
        guard let clip = past.clip else { return answer(.refused, "the event has no clip to learn from") }
        let path = "\(folder)/\(clip.text)"
        guard PathProbe.obstacle(toReading: path) == nil else {
            return answer(.refused, "the event's clip is not finished yet, or was removed")
        }
        do {
            return answer(.learned, Self.words(try teacher.teach(request.judgement, clip: path, said: said)))
        } catch let error as TacitError {
            return answer(error.kind == .usage ? .refused : .failed, error.description)
        } catch {
            return answer(.failed, "\(error)")
        }
    }

    private func past(_ id: String) -> Past? {
        guard let id = EventID(id) else { return nil }
        return shared.locked { state in
            var found: Past?
            for event in state.events where event.id == id { found = event }
            return found
        }
    }

    private static func words(_ lesson: Lesson) -> String {
        var parts: [String] = []
        if let name = lesson.learned { parts.append("an example of \(name)") }
        if let name = lesson.corrected { parts.append("not \(name)") }
        let forgotten = lesson.forgotten.map { "; '\($0)', of which it was the only example, is forgotten" }
        let vanished = lesson.vanished.map { "; '\($0)' is no label any more, and so nothing is learned of that" } ?? ""
        return (parts.isEmpty ? "taken back" : "learned: " + parts.joined(separator: ", ")) + vanished
            + forgotten.joined()
    }
}
