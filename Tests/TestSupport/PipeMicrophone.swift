import Foundation

/// A microphone for libasound, made of its own `file` plug-in over a FIFO that the test writes.
///
/// A write must be one period, 1/40 s, for the plug-in takes whatever a read gives for one. It must stay open for as
/// long as anyone listens: an end is read as the last period again and again, as fast as can be.
public final class PipeMicrophone {
    private let folder: TemporaryFolder
    private var descriptor: Int32 = -1

    /// What a run needs to find it.
    public var environment: [String: String] { ["ALSA_CONFIG_PATH": folder.path("asound.conf")] }
    /// Takes any rate.
    public let device = "pipe"
    /// The same at 48 kHz only.
    public let deviceAt48 = "pipe48"

    public init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            "asound.conf",
            """
            </usr/share/alsa/alsa.conf>
            pcm.pipe { type file slave.pcm "null" file "/dev/null" infile "\(folder.path("pipe"))" format "raw" }
            pcm.pipe48 { type plug slave { pcm "pipe" rate 48000 } }
            """.utf8)
        guard mkfifo(folder.path("pipe"), 0o600) == 0 else {
            throw Executable.LaunchFailure(description: "no FIFO: \(String(cString: strerror(errno)))")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Waits until someone listens, for as long as `isAlive`.
    public func connect(while isAlive: () -> Bool) -> Bool {
        while descriptor < 0, isAlive() {
            // Without a reader, opening to write fails where it may not wait.
            descriptor = open(folder.path("pipe"), O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            if descriptor < 0 { usleep(1000) }
        }
        if descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, 0) }
        return descriptor >= 0
    }

    /// Writes a period; waits when two seconds or so have not been read.
    public func write(_ period: some Collection<Int16>) {
        let bytes = period.flatMap { littleEndian($0) }
        _ = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }
}
