// Ten threads with a handle each, then ten tasks with a listener each, on one model file: ThreadCheck MODEL.gguf SOUND
// Exits with 1 where they don't all say the same, to the bit. `tools/check-threads/run` runs it under thread sanitizer.
import CTacitInterface
import Glibc
import TacitCore
import TacitInterface

let words = CommandLine.arguments
guard words.count == 3 else { fatalError("usage: ThreadCheck MODEL.gguf SOUND") }
let (modelPath, soundPath) = (words[1], words[2])
let sound = try Sound(soundPath)

/// All that a handle of its own says: of the file, and of its samples as a stream; and of a file that is none.
@Sendable func said(threads: Int32) -> [UInt32] {
    let handle = tacit_create()
    defer { tacit_close(handle) }
    var said: [UInt32] = []
    var scores = [Float](repeating: 0, count: 4096)
    func note() {
        var count = 0
        guard tacit_scores(handle, &scores, scores.count, &count) == 0 else { return }
        said += scores[..<count].map(\.bitPattern)
    }
    guard tacit_load(handle, modelPath) == 0, tacit_configure(handle, 0, threads) == 0,
        tacit_classify_file(handle, modelPath) == Int32(TACIT_BAD_DATA),
        String(cString: tacit_error(handle)).hasPrefix(modelPath), tacit_classify_file(handle, soundPath) == 0
    else { return [] }
    note()
    var settings = tacit_stream_settings()
    settings.size = MemoryLayout<tacit_stream_settings>.size
    settings.sample_rate = Int32(sound.sampleRate)
    settings.threads = threads
    settings.hop = 0.5
    guard tacit_begin(handle, &settings) == 0 else { return [] }
    var start = 0
    var status = Int32(TACIT_READING)
    while status == TACIT_READING {
        var taken = 0
        status = sound.samples.withUnsafeBufferPointer {
            tacit_push(handle, $0.baseAddress.map { $0 + start }, $0.count - start, &taken)
        }
        start += taken
        if status == TACIT_READING { note() }
    }
    return status == 0 && tacit_finish(handle) <= Int32(TACIT_EVENTS) ? said : []
}

/// A thread with what it found.
final class Worker: @unchecked Sendable {
    private let threads: Int32
    private(set) var found: [UInt32] = []
    private var thread = pthread_t()

    init(threads: Int32) { self.threads = threads }

    func start() {
        pthread_create(
            &thread, nil,
            { memory in
                let worker = Unmanaged<Worker>.fromOpaque(memory!).takeUnretainedValue()
                worker.found = said(threads: worker.threads)
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func join() { pthread_join(thread, nil) }
}

let workers = (0..<10).map { Worker(threads: $0 % 4 == 3 ? 2 : 1) }
for worker in workers { worker.start() }
for worker in workers { worker.join() }
let alone = said(threads: 1)
let agree = workers.count { $0.found == alone && !alone.isEmpty }
print("threads: \(agree) of 10 say the same \(alone.count) scores")

let model = try Model(modelPath)
let heard = try await withThrowingTaskGroup(of: [[Float]].self) { group in
    for _ in 0..<10 {
        group.addTask {
            var heard: [[Float]] = [try Classifier(model).classify(soundPath).scores]
            for try await update in try Listener(model, .file(soundPath)).updates {
                if case .labels(let labels) = update { heard.append(labels.scores) }
            }
            return heard
        }
    }
    var all: [[[Float]]] = []
    while let next = try await group.next() { all.append(next) }
    return all
}
let same = heard.count { $0 == heard[0] && $0.count > 1 }
print("tasks: \(same) of 10 say the same \(heard[0].count) times")
exit(agree == 10 && same == 10 ? 0 : 1)
