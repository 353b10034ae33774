import TacitConversion
import TacitDiagnostics
import TacitModelFile
import Testing

/// Layers that int8 stores in two planes, since single patches are far off without, by a base whose first layer has outliers
/// in every group of 32.
@Suite struct TwoPlaneTests {
    private static let outliers = Set(stride(from: 5, to: Int8TrialTests.Base.width, by: 16))

    /// Of five layers, one or two may have two planes.
    private func base() throws -> Int8TrialTests.Base {
        try Int8TrialTests.Base(outlier: 300, channels: Self.outliers, layers: 5, staged: 1)
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
        #expect(throws: TacitError(.usage, "--two-plane-layers: 3, but this trunk has 2 layers")) {
            _ = try base.convert(twoPlaneLayers: 3)
        }
    }
}
