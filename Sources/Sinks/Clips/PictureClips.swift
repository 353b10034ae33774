import CTacitJPEG
import Glibc
import TacitDiagnostics
import TacitFrontEnd
import TacitLive
import TacitText

/// Keeps the picture that turned an event on, whole and as JPEG.
final class PictureClips: Sink, ClipNaming, @unchecked Sendable {
    /// Events that one picture turned on.
    private struct Job {
        var pixels: UnsafeMutablePointer<UInt8>?
        var capacity = 0
        var width = 0
        var height = 0
        var channels = 0
        var events: [LiveEvent] = []
        /// Whether it waits to be written.
        var isFull = false
    }

    private struct State {
        var stream: StreamDescription
        /// Two, so that one is filled while the other is written; the pixels of one that is full are the writing thread's.
        var jobs = [Job(), Job()]
        var hasRoom: Bool
        var isEnding = false
    }

    private let folder: ClipFolder
    private let stop: StopToken
    private let shared: Guarded<State>
    // The stream's thread's.
    private var names: ClipNames
    private var fresh: [LiveEvent] = []

    private static let quality: Int32 = 85

    init(_ folder: ClipFolder, _ stream: StreamDescription) throws {
        self.folder = folder
        stop = stream.stop
        names = ClipNames(stream, kind: .picture)
        fresh.reserveCapacity(stream.eventNames.count)
        var state = State(stream: stream, hasRoom: folder.hasRoom())
        for place in state.jobs.indices { state.jobs[place].events.reserveCapacity(stream.eventNames.count) }
        shared = Guarded(state)
        try DetachedThread.start(for: folder.path, failing: .cannotCreate) { self.serve() }
    }

    deinit {
        for job in shared.locked({ $0.jobs }) { job.pixels?.deallocate() }
    }

    func labels(_ reading: LiveReading) {}
    func event(_ event: LiveEvent) {}
    func gap(_ gap: LiveGap) {}

    func relabel(_ labels: StreamLabels) {
        names.relabel(labels)
        fresh.reserveCapacity(labels.eventNames.count)
        shared.locked { $0.stream = $0.stream.relabelled(labels) }
    }

    func name(_ event: inout LiveEvent) {
        guard event.state == .on else {
            event.clip = names.take(event)
            return
        }
        let refusal: String? = shared.wait(every: 0.05) { state -> String?? in
            let isFull = state.jobs.allSatisfy(\.isFull)
            if isFull, state.stream.waitsForReaders, !stop.isStopping { return nil }
            guard state.hasRoom else { return "the disk has no room" }
            return isFull ? "the disk is too slow" : .some(nil)
        }
        if let refusal { return ClipSink.log(event, " has no clip: \(refusal)") }
        let name = names.name(event)
        names.keep(name, of: event)
        event.clip = name
        fresh.append(event)
    }

    func frame(_ frame: PixelView) {
        guard !fresh.isEmpty else { return }
        shared.locked { state in
            // There is one: `name` has looked, and only this thread fills any.
            for place in state.jobs.indices where !state.jobs[place].isFull {
                copy(frame, &state.jobs[place])
                state.jobs[place].events.append(contentsOf: fresh)
                state.jobs[place].isFull = true
                break
            }
        }
        shared.signal()
        fresh.removeAll(keepingCapacity: true)
    }

    func finish() {
        shared.locked { $0.isEnding = true }
        shared.signal()
        shared.wait { $0.jobs.contains(where: \.isFull) ? nil : () }
    }

    private func copy(_ frame: PixelView, _ job: inout Job) {
        let row = frame.width * frame.channels
        if job.capacity < row * frame.height {
            job.pixels?.deallocate()
            job.capacity = row * frame.height
            job.pixels = .allocate(capacity: job.capacity)
        }
        job.width = frame.width
        job.height = frame.height
        job.channels = frame.channels
        guard let pixels = job.pixels else { return }
        for line in 0..<frame.height {
            (pixels + line * row).update(from: frame.pixels + line * frame.bytesPerRow, count: row)
        }
    }

    private func serve() {
        while true {
            shared.pause { $0.jobs.contains(where: \.isFull) || $0.isEnding ? nil : 10 }
            let (next, isOver): (Int?, Bool) = shared.locked { state in
                let next = state.jobs.firstIndex(where: \.isFull)
                return (next, next == nil && state.isEnding)
            }
            if isOver { return }
            // Where the folder can't be had, the next picture says so.
            try? folder.follow(isIdle: true)
            if let next { write(next) }
            let room = folder.hasRoom()
            shared.locked { state in
                state.hasRoom = room
                if let next {
                    state.jobs[next].isFull = false
                    state.jobs[next].events.removeAll(keepingCapacity: true)
                }
            }
            shared.signal()
        }
    }

    private func write(_ place: Int) {
        let (job, stream) = shared.locked { ($0.jobs[place], $0.stream) }
        var count = 0
        let bytes = tacit_jpeg_encode(
            job.pixels, UInt32(job.width), UInt32(job.height), UInt32(job.channels), job.width * job.channels,
            Self.quality, &count)
        defer { free(bytes) }
        var whole: [(ClipFileName, LiveEvent)] = []
        for event in job.events {
            do {
                guard let bytes, let clip = event.clip else {
                    throw TacitError(.cannotCreate, file: folder.path, "the picture can't be encoded")
                }
                guard folder.hasRoom() else { throw folder.noRoom }
                let name = ClipFileName(clip.text)
                let description = ClipFolder.description(of: name)
                try ClipDescription(stream: stream, on: event).bytes.withUnsafeBytes {
                    try folder.write(description, $0)
                }
                do {
                    try folder.write(name.whole, UnsafeRawBufferPointer(start: bytes, count: count))
                } catch {
                    folder.remove(description)
                    throw error
                }
                whole.append((name, event))
            } catch {
                ClipSink.log(event, " has no clip: \(error)")
            }
        }
        folder.trim(after: whole)
    }
}
