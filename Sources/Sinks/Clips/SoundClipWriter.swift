import CTacitFLAC
import Glibc
import TacitDiagnostics
import TacitLive

/// The thread that makes files of `SoundClips`' jobs. Made before it, and then its own.
struct SoundClipWriter: @unchecked Sendable {
    private let clips: SoundClips
    private var files: [OpenFile?]
    private let buffer = UnsafeMutableBufferPointer<Int16>.allocate(capacity: Self.block)
    private var lastTrim = Stopwatch.now

    private static let block = 4096
    /// Samples between two looks at the disk.
    private static let stride = 1 << 18

    /// A clip that is not whole yet.
    private struct OpenFile {
        let name: ClipFileName
        let descriptor: Int32
        let encoder: OpaquePointer
        var samples = 0
    }

    init(_ clips: SoundClips) {
        self.clips = clips
        files = Array(repeating: nil, count: SoundClips.most)
    }

    mutating func serve() {
        while true {
            var isBusy = false
            for slot in files.indices where advance(slot) { isBusy = true }
            if isBusy { continue }
            var isOver = false
            clips.shared.pause { state in
                let isWorking = state.jobs.contains { $0 != nil }
                isOver = state.isEnding && !isWorking
                return state.isEnding ? nil : isWorking ? 0.25 : 10
            }
            if isOver { break }
            lookAtFolder()
        }
        buffer.deallocate()
    }

    private var isIdle: Bool { files.allSatisfy { $0 == nil } }

    /// Takes a clip some samples further. False when there is nothing to do.
    private mutating func advance(_ slot: Int) -> Bool {
        var count: Int?
        let seen: (job: SoundClips.Job, isEnding: Bool)? = clips.shared.locked { state in
            guard let job = state.jobs[slot] else { return nil }
            count = state.history.copy(from: job.place, to: job.end, into: buffer)
            state.jobs[slot]?.place += count ?? 0
            return (job, state.isEnding)
        }
        guard let (job, isEnding) = seen else { return false }
        do {
            if files[slot] == nil { files[slot] = try begin(job) }
            guard let count else {
                ClipSink.log(job.on, ": its clip ends early, the disk being too slow")
                try finish(slot, job)
                return true
            }
            if count > 0 { try write(slot, count) }
            let isWhole = job.place + count >= job.end
            guard isWhole || isEnding && count == 0 else { return count > 0 }
            try finish(slot, job)
        } catch {
            abandon(slot, job, error)
        }
        return true
    }

    private func begin(_ job: SoundClips.Job) throws -> OpenFile {
        try clips.folder.follow(isIdle: isIdle)
        guard clips.folder.hasRoom() else { throw clips.folder.noRoom }
        let name = ClipFileName(job.name.text)
        let descriptor = try clips.folder.create(name.whole)
        var number: Int32 = 0
        let rate = clips.shared.locked { $0.stream.sampleRate }
        guard let encoder = tacit_flac_writer_create(descriptor, UInt32(rate), &number) else {
            clips.folder.discard(name.whole, descriptor)
            throw failure(number)
        }
        return OpenFile(name: name, descriptor: descriptor, encoder: encoder)
    }

    private mutating func write(_ slot: Int, _ count: Int) throws {
        guard var file = files[slot] else { return }
        let number = tacit_flac_writer_write(file.encoder, buffer.baseAddress, count)
        guard number == 0 else { throw failure(number) }
        let before = file.samples / Self.stride
        file.samples += count
        files[slot] = file
        if file.samples / Self.stride > before, !clips.folder.hasRoom() { throw clips.folder.noRoom }
    }

    /// The description comes first: whoever sees the sound finds it.
    private mutating func finish(_ slot: Int, _ job: SoundClips.Job) throws {
        guard let file = files[slot] else { return }
        files[slot] = nil
        let stream = clips.shared.locked { $0.stream }
        let rate = Double(stream.sampleRate)
        let number = tacit_flac_writer_finish(file.encoder)
        do {
            guard number == 0 else { throw failure(number) }
            guard clips.folder.hasRoom() else { throw clips.folder.noRoom }
            let end = job.start + file.samples
            let description = ClipDescription(
                stream: stream, on: job.on, off: job.off,
                span: (Double(job.start) / rate, Double(end) / rate),
                isCut: job.off.map { end < Int(($0.time * rate).rounded()) } ?? true)
            try description.bytes.withUnsafeBytes {
                try clips.folder.write(ClipFolder.description(of: file.name), $0)
            }
        } catch {
            clips.folder.discard(file.name.whole, file.descriptor)
            throw error
        }
        guard clips.folder.keep(file.name.whole, file.descriptor) else {
            clips.folder.remove(ClipFolder.description(of: file.name))
            throw failure(EIO)
        }
        clips.folder.trim(after: [(file.name, job.on)])
        release(slot)
    }

    private mutating func abandon(_ slot: Int, _ job: SoundClips.Job, _ error: any Error) {
        if let file = files[slot] {
            _ = tacit_flac_writer_finish(file.encoder)
            clips.folder.discard(file.name.whole, file.descriptor)
        }
        files[slot] = nil
        ClipSink.log(job.on, " has no clip: \(error)")
        let hasRoom = clips.folder.hasRoom()
        clips.shared.locked { $0.hasRoom = hasRoom }
        release(slot)
    }

    private func release(_ slot: Int) {
        clips.shared.locked { $0.jobs[slot] = nil }
        clips.shared.signal()
    }

    /// Once in a while: whether there is room again, and whether clips have grown too old.
    private mutating func lookAtFolder() {
        if Stopwatch.now - lastTrim > 3600 {
            clips.folder.trim()
            lastTrim = Stopwatch.now
        }
        let hadRoom = clips.shared.locked { $0.hasRoom }
        if hadRoom { return }
        // Another disk may be there by now; where none is, the next clip says so.
        try? clips.folder.follow(isIdle: isIdle)
        let hasRoom = clips.folder.hasRoom()
        clips.shared.locked { $0.hasRoom = hasRoom }
    }

    private func failure(_ number: Int32) -> TacitError {
        TacitError.system(.cannotCreate, number, file: clips.folder.path)
    }
}
