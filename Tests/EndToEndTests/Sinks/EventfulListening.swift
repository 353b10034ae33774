import Foundation
import TacitTestSupport

/// A model and a sound that make many events, for what becomes of them.
struct EventfulListening {
    let model: ConvertedModel
    let sound: String
    let rate: Int
    /// Seconds.
    let stride: Double
    var folder: TemporaryFolder { model.folder }

    init(seconds: Int = 4) throws {
        let sliding = try SlidingModel()
        model = sliding.model
        rate = sliding.rate
        stride = sliding.stride
        sound = try sliding.sound(samples: seconds * sliding.rate)
    }

    func arguments(_ more: [String], sound: String? = nil) -> [String] {
        ["listen", model.path, "--input", sound ?? self.sound, "--json", "--hop", "\(stride)", "--threshold", "0.3"]
            + ["--on-after", "0", "--off-after", "0"] + more
    }

    func run(_ more: [String], environment: [String: String] = [:]) throws -> Executable.Outcome {
        try Executable.tacit.run(arguments(more), environment: environment)
    }

    func lines(_ name: String) throws -> [String] {
        try String(contentsOfFile: folder.path(name), encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// A command that runs a script. The shell reads it: what a test beside this one has just forked may still hold the
    /// file open for writing, and no such file can be run.
    func script(_ name: String, _ text: String) throws -> String {
        "/bin/sh \(try folder.write(name, Array("\(text)\n".utf8)))"
    }
}

/// The names of the events among lines of JSON, in their order.
func eventIDs(_ lines: [String]) -> [String] {
    lines.compactMap { $0.firstMatch(of: /"id":"([^"]*)"/).map { String($0.output.1) } }
}
