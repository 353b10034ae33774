import ArgumentParser
import TacitComparison
import TacitConsole
import TacitConversion
import TacitDiagnostics
import TacitModelFile

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tacit-convert",
        abstract: "Turn a base model and an adapter into a model file that tacit runs.",
        discussion: """
            Reads a Hugging Face model folder (GPT-2, Llama, Qwen2, Qwen3, GPT-NeoX, Gemma 3, OPT, Mistral, GPT-Neo) \
            or a GGUF of llama.cpp's, and an adapter folder (PEFT's files, LoRA, DoRA or IA3, with tacit.json \
            and tacit.safetensors), fuses them and writes one GGUF file. Without an adapter the base is converted with \
            its own token embeddings, and only `tacit embed` works on the result.

            What storing the weights in fewer bits does to the results is measured, told at the end and kept in the \
            file (`tacit show --report`): on made-up patches, and with --calibration on data. `tacit-convert compare \
            A.gguf B.gguf` does the same with two files.
            """,
        version: "\(Release.version)")

    @Option(help: ArgumentHelp("Folder of the base model, or its GGUF.", valueName: "dir|file.gguf"))
    var base: String

    @Option(parsing: .unconditional, help: ArgumentHelp("Keep the base's first layers only.", valueName: "n"))
    var layers: Int?

    @Option(help: ArgumentHelp("Folder of the adapter.", valueName: "dir"))
    var adapter: String?

    @Option(help: "How the trunk's weights are stored.")
    var weights = ConversionOptions.Weights.int8

    @Option(
        help: """
            How int8 is stored: "rows", the fastest, or in "groups" of 32, for trunks with outliers. Left out, a trial \
            of the trunk decides.
            """)
    var int8Form: ConversionOptions.Int8Form?

    @Option(
        help: """
            Whether activations are made easier to round by factors that the weights take back. Left out, a \
            measurement says whether it helps.
            """)
    var smoothing: ConversionOptions.Smoothing?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            First layers that int8 stores in 16 bits, as two planes of 8. Left out, a measurement says whether single \
            patches need them; with both --int8-form and --smoothing given there is none, and no layer is.
            """, valueName: "n"))
    var twoPlaneLayers: Int?

    @Option(help: "Weights that share a scale, with 4 bits.")
    var groupSize = ConversionOptions.GroupSize.short

    @Option(
        help: """
            How 4-bit weights are chosen: the nearest each ("rtn"), or so that outputs are off least ("gptq", which \
            takes minutes).
            """)
    var method = ConversionOptions.Method.rtn

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Bits a weight that mixed weights may take, scales counted; the most sensitive matrices get eight.",
            valueName: "bits"))
    var budget: Double?

    @OptionGroup var data: CalibrationOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Write nothing if the metric of --calibration drops by more, in points of a hundred.", valueName: "points"))
    var maxDrop: Double?

    @Option(help: ArgumentHelp("Write the report there, as JSON.", valueName: "path"))
    var report: String?

    @Flag(help: "Print the report as JSON instead of a table.")
    var json = false

    @Option(name: .short, help: ArgumentHelp("The model file to write.", valueName: "out.gguf"))
    var output: String

    /// What does not go together is refused, not ignored.
    func validate() throws {
        // The default is no one's wish.
        if !weights.hasGroups, groupSize != .short {
            throw ValidationError("--group-size \(groupSize.rawValue) goes with --weights int4 or mixed")
        }
        if int8Form != nil, !weights.hasEightBits {
            throw ValidationError("--int8-form goes with --weights int8 or mixed")
        }
        if let twoPlaneLayers {
            if weights != .int8 { throw ValidationError("--two-plane-layers goes with --weights int8") }
            if twoPlaneLayers < 0 { throw ValidationError("--two-plane-layers \(twoPlaneLayers): expected at least 0") }
        }
        if smoothing != nil, weights == .f32 {
            throw ValidationError("--smoothing goes with --weights int8, int4 or mixed")
        }
        if method == .gptq, !weights.hasGroups {
            throw ValidationError("--method gptq goes with --weights int4 or mixed")
        }
        if weights == .mixed, budget == nil { throw ValidationError("--weights mixed needs --budget BITS") }
        if let budget {
            if weights != .mixed { throw ValidationError("--budget goes with --weights mixed alone") }
            if !(budget > 0 && budget <= 32) { throw ValidationError("--budget \(budget): expected up to 32 bits") }
        }
        if let maxDrop {
            guard data.calibration != nil else { throw ValidationError("--max-drop needs --calibration") }
            guard (0...100).contains(maxDrop) else {
                throw ValidationError("--max-drop \(maxDrop): expected 0 to 100 points")
            }
        }
        if let layers, layers < 1 { throw ValidationError("--layers \(layers): expected at least 1") }
        if base.isEmpty { throw ValidationError("--base must name a folder or a GGUF") }
        if let adapter, adapter.isEmpty { throw ValidationError("--adapter must name a folder") }
        if let fault = FileToWrite.fault(of: output, "-o") { throw ValidationError(fault) }
        if let report {
            if let fault = FileToWrite.fault(of: report, "--report") {
                throw ValidationError(report == "-" ? "\(fault); --json prints it" : fault)
            }
            if FileIdentity.leadToOne(report, output) { throw ValidationError("--report and -o name the same file") }
        }
    }

    func run() throws {
        let (report, set) = try Process.stoppingInOrder {
            let (report, file, set) = try Self.namingFlags { try convert() }
            if let file {
                try Array("\(report.json)\n".utf8).withUnsafeBytes { try file.write($0, at: 0) }
                try file.finish()
            }
            return (report, set)
        }
        try StandardOutput.shared.write(Array("\(json ? report.json : report.table)\n".utf8))
        try CalibrationOptions.requireWhole(set)
    }

    /// What is wrong with a setting is told of the flag that it has here.
    private static func namingFlags<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch var error as TacitError where error.kind == .usage && error.file == nil {
            error.place = error.place.map { "--\($0)" }
            throw error
        }
    }

    /// - Returns: the report, the file that it is to be written to, and the data that were measured on.
    private func convert() throws -> (ConversionReport, OutputFile?, CalibrationSet?) {
        let options = ConversionOptions(
            base: base, layers: layers, adapter: adapter, weights: weights, int8Form: int8Form, smoothing: smoothing,
            twoPlaneLayers: twoPlaneLayers, groupSize: groupSize, method: method, budget: budget ?? 8, output: output)
        let converter = try Converter(options)
        if let report {
            try converter.refuse(writingTo: report)
            try FileContent.requireText(report, begunBy: UInt8(ascii: "{"))
        }
        // Whether it can be written is known before minutes of work, not after.
        let file = try report.map { try OutputFile(path: $0) }
        let set = try data.set(for: converter.description, path: output)
        if converter.wantsData { converter.data = try set?.contexts(converter.description) }
        let progress = ProgressBar()
        defer { progress.clear() }
        func show(_ done: Int, _ all: Int) throws {
            try Process.checkStop()
            progress.show(done, of: all)
        }
        let result = try converter.convert(
            calibrate: set.map { set in
                { exact, stored in
                    let result = try set.run(
                        exact: exact, stored: stored, engine: CalibrationOptions.engine, progress: show)
                    if let maxDrop { try result.refuse(dropAbove: maxDrop, called: "--max-drop", path: output) }
                    return result
                }
            }, progress: show)
        return (result, file, set)
    }
}

extension ConversionOptions.Int8Form: ExpressibleByArgument {}
extension ConversionOptions.Smoothing: ExpressibleByArgument {}
extension ConversionOptions.GroupSize: ExpressibleByArgument {}
extension ConversionOptions.Method: ExpressibleByArgument {}
extension ConversionOptions.Weights: ExpressibleByArgument {}
