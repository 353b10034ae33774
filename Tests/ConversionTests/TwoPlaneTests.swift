import TacitConversion
import TacitDiagnostics
import TacitModelFile
import Testing

/// Layers that int8 stores in two planes, since single patches are far off without, by a base whose first layer has
/// outliers in every group of 32.
@Suite struct TwoPlaneTests {
    private static let outliers = Set(stride(from: 5, to: Int8TrialTests.Base.width, by: 16))

    /// Of five layers, one or two may have two planes.
    private func base() throws -> Int8TrialTests.Base {
        try Int8TrialTests.Base(outlier: 300, channels: Self.outliers, layers: 5, staged: 1)
    }

    @Test func theFewestLayersThatSaveSinglePatches() throws {
        let base = try base()
        _ = try base.convert(.f32)
        let exact = try base.embedding()

        let (report, bytes) = try base.convert(smoothing: .off)
        let verdict = try #require(report.twoPlanes)
        #expect(verdict.isTaken && verdict.layers == 1 && report.twoPlaneLayers == 1)
        #expect(verdict.before.worst > 0.5 && verdict.after.worst <= 0.5)
        #expect(verdict.after.mean < 0.5 * verdict.before.mean)
        #expect(report.table.contains("\nplanes    two in the first layer bring a trial's error from "))
        #expect(!report.table.contains("\nmixed"))
        #expect(report.json.contains(#""two_plane_layers":1"#) && report.json.contains(#""bits":8"#))

        let file = try ModelFile(path: base.output)
        try file.verify()
        #expect(file.provenance.flags == "--weights int8 --int8-form groups --two-plane-layers 1")
        for shape in file.description.matrices where shape.isTrunk {
            let isFirst = shape.name.hasPrefix("blocks.0.")
            #expect(file.format(ofMatrix: shape.name)?.encoding == (isFirst ? .int8TwoPlanes : .int8Groups))
        }
        let two = Int8TrialTests.distance(try base.embedding(), exact)

        // What the flags say gives the same again.
        #expect(try base.convert(form: .groups, smoothing: .off, twoPlaneLayers: 1).bytes == bytes)
        let one = try base.convert(smoothing: .off, twoPlaneLayers: 0).report
        #expect(one.twoPlanes == nil && one.twoPlaneLayers == 0 && one.encoding == .int8Groups)
        let before = Int8TrialTests.distance(try base.embedding(), exact)
        #expect(two < 0.5 * before, "\(two) with two planes, \(before) without")
    }

    /// A trial's worst patch is one of a few hundred: of thousands, some are several times as far off, so that a fifth
    /// of what turns an answer round is too much already.
    @Test func patchesOnTheirWayThereAreEnough() throws {
        let base = try Int8TrialTests.Base(outlier: 120)
        let report = try base.convert(smoothing: .off).report
        let verdict = try #require(report.twoPlanes)
        #expect(verdict.before.worst > 0.1 && verdict.before.worst < 0.5)
        #expect(verdict.isTaken && verdict.layers == 1 && verdict.after.worst < verdict.before.worst)
        #expect(
            try ModelFile(path: base.output).provenance.flags
                == "--weights int8 --int8-form groups --two-plane-layers 1")
        // Rows, which someone wants in spite of the trial, stay in one plane.
        #expect(try base.convert(form: .rows).report.twoPlanes == nil)
    }

    /// Smoothed, the same trunk needs nothing of the kind; nor does one that was tame from the beginning.
    @Test func othersAreNotTried() throws {
        let smoothed = try base().convert().report
        #expect(smoothed.isSmoothed && smoothed.twoPlanes == nil && smoothed.twoPlaneLayers == 0)
        #expect(!smoothed.table.contains("\nplanes"))
        let tame = try Int8TrialTests.Base(outlier: 1).convert().report
        #expect(tame.twoPlanes == nil && tame.encoding == .int8)
    }

    @Test func asManyAsAreWanted() throws {
        let base = try Int8TrialTests.Base(outlier: 1)
        let report = try base.convert(twoPlaneLayers: 2).report
        #expect(report.encoding == .int8TwoPlanes && report.twoPlaneLayers == 2)
        #expect(try ModelFile(path: base.output).provenance.flags == "--weights int8 --two-plane-layers 2")
        #expect(throws: TacitError(.usage, place: "two-plane-layers", "3, but this trunk has 2 layers")) {
            _ = try base.convert(twoPlaneLayers: 3)
        }
    }
}
