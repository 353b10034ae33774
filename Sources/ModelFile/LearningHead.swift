import TacitDiagnostics

/// What labels are learned by: means and deviations over a window, taken at several levels of the trunk, through one
/// matrix that evens out what sounds or pictures have in common (whitening: Hariharan et al. 2012, "Discriminative
/// Decorrelation for Clustering and Classification", section 3).
///
/// A level L is the stream behind L blocks; behind the last it is the final norm's output. The matrix reads one level
/// after the other. Of each it reads the mean over the window, the deviation, and where there is a grid the mean over
/// each of its cells, in raster order, all of the trunk's width. Cells tell where in a picture something is (Lazebnik
/// et al. 2006, "Beyond Bags of Features").
///
/// What is taught may be far shorter than a window, so a stream that goes on for ever can be read out over its last
/// stretch besides.
package struct LearningHead: Equatable, Sendable {
    /// From 1 to the trunk's layers, rising.
    package var levels: [Int]
    /// Cells of a picture, each way; 1: none but the whole. Neighbours share the patches that lie on both sides of an
    /// edge.
    package var grid: Int
    /// Patches of a stretch; 0: none but the window.
    package var stretch: Int
    /// Elements of what comes out.
    package var width: Int
    /// Whether there is one point a label, of the same width, at which what the model calls so lies.
    package var hasPrototypes: Bool
    /// How many points there are, of the same width, at which lies what else may be heard or seen.
    package var others: Int
    /// How many of these, the last, count for taught labels alone, and not for corrections of the model's own.
    package var taughtOthers: Int

    package init(
        levels: [Int], grid: Int = 1, stretch: Int = 0, width: Int, hasPrototypes: Bool, others: Int = 0,
        taughtOthers: Int = 0
    ) {
        self.levels = levels
        self.grid = grid
        self.stretch = stretch
        self.width = width
        self.hasPrototypes = hasPrototypes
        self.others = others
        self.taughtOthers = taughtOthers
    }

    /// Vectors of the trunk's width that a level gives: the mean, the deviation, and one a cell.
    package var parts: Int { 2 + (grid > 1 ? grid * grid : 0) }

    /// Elements of what goes in.
    package func inputWidth(trunkWidth: Int) -> Int { levels.count * parts * trunkWidth }

    /// - Throws: `TacitError` of kind `badData`.
    func validate(_ description: ModelDescription) throws {
        let layers = description.trunk.layers
        try require(
            !levels.isEmpty && levels.allSatisfy { (1...layers).contains($0) }
                && zip(levels, levels.dropFirst()).allSatisfy { $0 < $1 },
            "learning.levels", "expected rising numbers from 1 to \(layers), the trunk's layers")
        try range(grid, 1...ModelLimits.learningGrid, "learning.grid")
        if grid > 1 {
            guard case .image(let image) = description.input else {
                throw TacitError(.badData, place: "learning.grid", "only pictures have cells")
            }
            try range(grid, 1...min(image.rows, image.columns), "learning.grid", "cells each way")
        }
        try range(stretch, 0...description.input.window, "learning.stretch", "patches")
        try require(
            stretch == 0 || description.input.sense == .sound && description.context == .sliding, "learning.stretch",
            "only sound in a sliding context has stretches")
        try range(width, 1...ModelLimits.learningWidth, "learning.width")
        try range(
            inputWidth(trunkWidth: description.trunk.width), 1...ModelLimits.width, "learning.levels",
            "levels, times what each gives (2, and one a cell of the grid), times the trunk's width")
        try range(others, 0...ModelLimits.learningOthers, "learning.others")
        try range(taughtOthers, 0...others, "learning.taught_others", "points of what else may be heard or seen")
        try require(!hasPrototypes || !description.labels.isEmpty, "learning.prototypes", "there are no labels")
        if case .tokens = description.input {
            throw TacitError(.badData, place: "learning", "a model of tokens learns no labels")
        }
    }
}

extension LearningHead {
    /// nil where the file says nothing of it.
    init?(reading metadata: Metadata) throws {
        guard metadata[MetadataKey.learning("levels")] != nil else { return nil }
        self.init(
            levels: try metadata.integers(MetadataKey.learning("levels")),
            grid: try metadata.optionalInteger(MetadataKey.learning("grid")) ?? 1,
            stretch: try metadata.optionalInteger(MetadataKey.learning("stretch")) ?? 0,
            width: try metadata.integer(MetadataKey.learning("width")),
            hasPrototypes: try metadata.bool(MetadataKey.learning("prototypes")),
            others: try metadata.integer(MetadataKey.learning("others")),
            taughtOthers: try metadata.optionalInteger(MetadataKey.learning("taught_others")) ?? 0)
    }

    func write(to metadata: inout Metadata) {
        metadata.append(MetadataKey.learning("levels"), .uint32s(levels.map { UInt32($0) }))
        // These are left out of the files of models that have none, which are what they were before.
        if grid != 1 { metadata.append(MetadataKey.learning("grid"), .uint32(UInt32(grid))) }
        if stretch != 0 { metadata.append(MetadataKey.learning("stretch"), .uint32(UInt32(stretch))) }
        metadata.append(MetadataKey.learning("width"), .uint32(UInt32(width)))
        metadata.append(MetadataKey.learning("prototypes"), .bool(hasPrototypes))
        metadata.append(MetadataKey.learning("others"), .uint32(UInt32(others)))
        if taughtOthers != 0 { metadata.append(MetadataKey.learning("taught_others"), .uint32(UInt32(taughtOthers))) }
    }
}
