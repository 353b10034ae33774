import CTacitALSA
import Glibc

/// A refusal of libasound's, by its negative error number.
struct ALSAFailure: Error {
    let code: Int32

    init(code: Int32) { self.code = code }

    /// - Throws: itself, for a negative code.
    static func check(_ code: Int32) throws {
        if code < 0 { throw ALSAFailure(code: code) }
    }

    /// The reason why one that is not there can't be had.
    static let absence = "no such microphone"

    var isBusy: Bool { code == -EBUSY }

    /// - Parameter holders: who has the device, where it is busy.
    func reason(_ holders: [DeviceHolders.Holder] = []) -> String {
        switch -code {
        case ENOENT, ENODEV, ENXIO, 0: Self.absence
        case EBUSY: "the microphone is in use by \(DeviceHolders.words(holders) ?? "another program")"
        case EACCES, EPERM: "the microphone may not be used: \(words) (is the user in the group audio?)"
        default: "the microphone can't be opened: \(words)"
        }
    }

    private var words: String { snd_strerror(code).map { String(cString: $0) } ?? "error \(-code)" }
}
