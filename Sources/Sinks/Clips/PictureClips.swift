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

    private let folder: ClipFolder
    private let stop: StopToken
    private let monitor = Monitor()
    /// Changed by the stream's thread alone, which need not ask the monitor for it.
    private var stream: StreamDescription
    // The monitor's: two, so that one is filled while the other is written.
    private var jobs = [Job(), Job()]
    private var hasRoom = true
    private var isEnding = false
    // The stream's.
    private var names: ClipNames
    private var fresh: [LiveEvent] = []

    private static let quality: Int32 = 85

    init(_ folder: ClipFolder, _ stream: StreamDescription) throws {
        self.folder = folder
        self.stream = stream
        stop = stream.stop
        names = ClipNames(stream, kind: .picture)
        fresh.reserveCapacity(stream.eventNames.count)
        for place in jobs.indices { jobs[place].events.reserveCapacity(stream.eventNames.count) }
        hasRoom = folder.hasRoom()
        try DetachedThread.start(for: folder.path, failing: .cannotCreate) { self.serve() }
    }

    deinit {
        for job in jobs { job.pixels?.deallocate() }
    }

    func labels(_ reading: LiveReading) {}
    func event(_ event: LiveEvent) {}
    func gap(_ gap: LiveGap) {}

    func relabel(_ labels: StreamLabels) {
        names.relabel(labels)
        fresh.reserveCapacity(labels.eventNames.count)
        monitor.locked { stream = stream.relabelled(labels) }
    }

    func name(_ event: inout LiveEvent) {
        guard event.state == .on else {
            event.clip = names.take(event)
            return
        }
        let refusal: String? = monitor.locked {
            while stream.waitsForReaders, !stop.isStopping, jobs.allSatisfy(\.isFull) { monitor.wait(seconds: 0.05) }
            guard hasRoom else { return "the disk has no room" }
            return jobs.allSatisfy(\.isFull) ? "the disk is too slow" : nil
        }
        if let refusal { return ClipSink.log(event, " has no clip: \(refusal)") }
        let name = names.name(event)
        names.keep(name, of: event)
        event.clip = name
        fresh.append(event)
    }

    func frame(_ frame: PixelView) {
        guard !fresh.isEmpty else { return }
        monitor.locked {
            // There is one: `name` has looked, and only this thread fills any.
            for place in jobs.indices where !jobs[place].isFull {
                copy(frame, &jobs[place])
                jobs[place].events.append(contentsOf: fresh)
                jobs[place].isFull = true
                break
            }
            monitor.signal()
        }
        fresh.removeAll(keepingCapacity: true)
    }

    func finish() {
        monitor.locked {
            isEnding = true
            monitor.signal()
            while jobs.contains(where: \.isFull) { monitor.wait(seconds: 1) }
        }
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
            let (next, isOver): (Int?, Bool) = monitor.locked {
                if !jobs.contains(where: \.isFull), !isEnding { monitor.wait(seconds: 10) }
                let next = jobs.firstIndex(where: \.isFull)
                return (next, next == nil && isEnding)
            }
            if isOver { return }
            // Where the folder can't be had, the next picture says so.
            try? folder.follow(isIdle: true)
            if let next { write(next) }
            let room = folder.hasRoom()
            monitor.locked {
                hasRoom = room
                if let next {
                    jobs[next].isFull = false
                    jobs[next].events.removeAll(keepingCapacity: true)
                }
                monitor.signal()
            }
        }
    }

    private func write(_ place: Int) {
        let (job, stream) = monitor.locked { (jobs[place], self.stream) }
        var count = 0
        let bytes = tacit_jpeg_encode(
            job.pixels, UInt32(job.width), UInt32(job.height), UInt32(job.channels), job.width * job.channels,
            Self.quality, &count)
        defer { free(bytes) }
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
            } catch {
                ClipSink.log(event, " has no clip: \(error)")
            }
        }
        folder.trim()
    }
}
