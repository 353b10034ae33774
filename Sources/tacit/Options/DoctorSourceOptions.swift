import ArgumentParser

/// What is going to be listened to or watched.
struct DoctorSourceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The microphone or camera that is going to be used.", valueName: "NAME"))
    var device: String?

    @OptionGroup var program: SourceCommandOptions

    func validate() throws {
        guard device == nil || program.command == nil else {
            throw ValidationError("--command is a source of its own: it doesn't go with --device")
        }
    }
}
