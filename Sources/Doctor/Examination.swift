import TacitDevices
import TacitLive
import TacitModelFile
import TacitSinks

/// What is going to be used, as far as it was said; the rest is what a machine that hears or sees needs at least.
package struct Examination: Sendable {
    package var system: System
    /// The models to look at, as they were named or found.
    package var models: [String] = []
    /// Why there is none, where none was named and none found.
    package var missingModel: String?
    /// What `$TACIT_MODELS` says, where it counts.
    package var modelsFolder: String?
    /// Whether the model was named, so that its sense is the one that is wanted.
    package var isModelNamed = false
    /// A file of learned labels, and whether it is going to be written to.
    package var labels: String?
    package var isTaught = false
    /// A microphone or a camera, as `--device` takes it.
    package var device: String?
    /// A program that delivers the stream, in a device's place.
    package var command: SourceCommand?
    /// Where it is told.
    package var requests: [SinkRequest] = []
    package var sinks = SinkSettings()

    package init(_ system: System) { self.system = system }

    /// Everything that is wrong, the gravest first. Changes nothing, and opens nothing for longer than it takes to ask.
    package func findings() -> [Finding] {
        let patient = Patient(self)
        return Check.all.flatMap { $0.look(patient) }
    }
}

/// What is looked at, with what several checks need of it.
struct Patient {
    let wanted: Examination
    let system: System
    let identity: Identity
    let services: [Service]
    /// The models that could be loaded; the others are their check's business.
    let models: [LoadedModel]
    let brokenModels: [Finding]
    let sound: SoundDevices
    let video: VideoDevices

    init(_ examination: Examination) {
        wanted = examination
        system = examination.system
        identity = Identity(system)
        services = Service.installed(system)
        var models: [LoadedModel] = []
        var broken: [Finding] = []
        for path in examination.models {
            switch ModelCheck.load(path) {
            case .success(let model): models.append(model)
            case .failure(let finding): broken.append(finding.value)
            }
        }
        self.models = models
        brokenModels = broken
        sound = SoundDevices(system)
        video = VideoDevices(system)
    }

    /// The senses that are sure to be used: a named model's or device's, and those of services that are to run.
    var senses: Set<InputSense> {
        if wanted.command != nil { return [] }
        var senses = Set(services.filter(\.isWanted).compactMap(\.sense))
        if wanted.isModelNamed { senses.formUnion(models.map(\.description.input.sense)) }
        if wanted.device != nil { senses.insert(isDeviceCamera ? .pictures : .sound) }
        return senses
    }

    /// Whether the device that was named is to be watched rather than listened to.
    var isDeviceCamera: Bool {
        guard let device = wanted.device else { return false }
        if device.hasPrefix("/dev/video") || device.hasPrefix("/dev/v4l") { return true }
        if wanted.isModelNamed, let model = models.first { return model.description.input.sense == .pictures }
        return video.nodes.contains { $0.place == device }
    }
}
