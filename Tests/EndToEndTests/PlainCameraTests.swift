import Foundation
import TacitTestSupport
import Testing

/// A camera is spoken to by plain system calls, which others can stand in front of; libv4l2 is asked only where a
/// format must be converted.
@Suite struct PlainCameraTests {
    private let model: ConvertedModel
    private let counter: String

    init() throws {
        let golden = try GoldenImages(name: "llama-full-hidden")
        model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        counter = try PreloadedLibrary.conversions.path
    }

    /// How often libv4l2 was asked anything by a run on a camera of these formats, which must give labels.
    private func conversions(_ formats: String, _ command: [String]) throws -> Int {
        let bytes = (0..<64 * 48 * 3 * 3).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 5) }
        let count = model.folder.path("conversions")
        try? FileManager.default.removeItem(atPath: count)
        var environment = try StandInCamera.environment(
            frames: model.folder.write("frames.raw", bytes), formats: formats, count: 8, ["CAMERA_CONVERSIONS": count])
        environment["LD_PRELOAD"] = "\(counter):\(try StandInCamera.library())"
        let outcome = try Executable.tacit.run(command, environment: environment)
        #expect(!outcome.outputLines.isEmpty, "\(outcome.standardError)")
        return (try? Data(contentsOf: URL(fileURLWithPath: count)).count) ?? 0
    }

    @Test(arguments: ["YUYV", "UYVY", "NV12", "YU12", "RGB3", "BGR3", "GREY"])
    func whatIsReadHereIsNotConverted(format: String) throws {
        let watch = ["watch", model.path, "--device", StandInCamera.path, "--json", "--wait-lost", "0"]
        #expect(try conversions("\(format):64x48@100", watch) == 0)
        #expect(try conversions("\(format):64x48@100", ["devices"]) == 0)
    }

    /// A sensor's raw mosaic.
    @Test func whatIsNotIsConverted() throws {
        let watch = ["watch", model.path, "--device", StandInCamera.path, "--json", "--wait-lost", "0"]
        #expect(try conversions("BA81:64x48@100", watch) > 20)
        #expect(try conversions("BA81:64x48@100", ["devices"]) > 0)
    }
}
