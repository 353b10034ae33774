/// Something that is wrong, and what mends it.
package struct Finding: Equatable, Sendable {
    package let fault: Fault
    /// What it is about: a device, a file, a service, an address.
    package let subject: String?
    /// One line without a final full stop.
    package let reason: String
    /// The one command that mends it, or begins to.
    package let fix: String
    /// What remains to be done by hand, before or behind the command.
    package let note: String?

    init(_ fault: Fault, _ subject: String? = nil, _ reason: String, fix: String, note: String? = nil) {
        self.fault = fault
        self.subject = subject
        self.reason = reason
        self.fix = fix
        self.note = note
    }
}

/// Everything that is known to go wrong, by the name that `--json` gives it.
package enum Fault: String, CaseIterable, Sendable {
    case noDevice = "no-device"
    case noMicrophone = "no-microphone"
    case onlyDummySound = "only-dummy-sound"
    case noSoundDriver = "no-sound-driver"
    case noSoundNodes = "no-sound-nodes"
    case microphoneForbidden = "microphone-forbidden"
    case microphoneBusy = "microphone-busy"
    case microphoneFormats = "microphone-formats"
    case microphoneMuted = "microphone-muted"
    case noCamera = "no-camera"
    case noVideoDriver = "no-video-driver"
    case noVideoNodes = "no-video-nodes"
    case cameraForbidden = "camera-forbidden"
    case cameraBusy = "camera-busy"
    case cameraFormats = "camera-formats"
    case boardCamera = "board-camera"
    case groupNotInForce = "group-not-in-force"
    case unknownDevice = "unknown-device"
    case noProgram = "no-program"
    case noModel = "no-model"
    case brokenModel = "broken-model"
    case noLabels = "no-labels"
    case brokenLabels = "broken-labels"
    case otherModelsLabels = "other-models-labels"
    case noFolder = "no-folder"
    case folderInPlace = "folder-in-place"
    case folderForbidden = "folder-forbidden"
    case readOnlyDisk = "read-only-disk"
    case fullDisk = "full-disk"
    case noLibrary = "no-library"
    case secretFile = "secret-file"
    case unknownHost = "unknown-host"
    case unreachable = "unreachable"
    case brokerRefusal = "broker-refusal"
    case certificate = "certificate"
    case portTaken = "port-taken"
    case pageAddress = "page-address"
    case clockWrong = "clock-wrong"
    case clockFree = "clock-free"
    case serviceFailed = "service-failed"
    case serviceDisabled = "service-disabled"
    case serviceStopped = "service-stopped"
    case serviceGroups = "service-groups"
    case serviceProgram = "service-program"
    case serviceChanged = "service-changed"
    case underVoltage = "under-voltage"
    case throttled = "throttled"
    case hot = "hot"
    case littleMemory = "little-memory"

    /// What `tacit doctor` exits with where this comes first: what a command would exit with that fails of it, or 78
    /// (configuration) where none would.
    package var exitStatus: Int32 {
        switch self {
        case .noDevice, .noMicrophone, .onlyDummySound, .noSoundDriver, .noSoundNodes, .microphoneForbidden,
            .microphoneBusy, .microphoneFormats, .microphoneMuted, .noCamera, .noVideoDriver, .noVideoNodes,
            .cameraForbidden, .cameraBusy,
            .cameraFormats, .boardCamera, .groupNotInForce, .unknownDevice, .noProgram:
            69
        case .noModel, .noLabels, .secretFile: 66
        case .brokenModel, .brokenLabels, .otherModelsLabels: 65
        case .noFolder, .folderInPlace, .folderForbidden, .readOnlyDisk, .fullDisk, .noLibrary, .unknownHost,
            .unreachable,
            .brokerRefusal, .certificate, .portTaken, .pageAddress:
            73
        case .clockWrong, .clockFree, .serviceFailed, .serviceDisabled, .serviceStopped, .serviceGroups,
            .serviceProgram, .serviceChanged, .underVoltage, .throttled, .hot, .littleMemory:
            78
        }
    }
}
