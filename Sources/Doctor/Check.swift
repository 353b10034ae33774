/// A thing to look at.
struct Check: Sendable {
    let look: @Sendable (Patient) -> [Finding]

    /// All of them, a row each, in the order in which their findings are told: without the first, nothing that follows
    /// is of use.
    static let all: [Check] = [
        Check(look: SoundCheck.findings),
        Check(look: VideoCheck.findings),
        Check(look: SourceCheck.findings),
        Check(look: ModelCheck.findings),
        Check(look: LabelsCheck.findings),
        Check(look: FolderCheck.findings),
        Check(look: SinkCheck.findings),
        Check(look: ClockCheck.findings),
        Check(look: ServiceCheck.findings),
        Check(look: DiskCheck.findings),
        Check(look: BoardCheck.findings),
    ]
}
