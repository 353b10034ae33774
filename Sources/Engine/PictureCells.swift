import TacitModelFile

/// A picture's patches in cells, `grid` each way. A cell reaches from the patch that its edge lies in to the one that
/// its other edge lies in, so that neighbours share patches where the grid does not divide a picture's.
struct PictureCells {
    let grid: Int
    /// Rows of patches, and patches in a row.
    let rows: Int
    let columns: Int

    var count: Int { grid * grid }

    /// nil for the whole alone, and for what is no picture.
    init?(grid: Int, input: InputDescription) {
        guard grid > 1, case .image(let image) = input else { return nil }
        self.grid = grid
        rows = image.rows
        columns = image.columns
    }

    func rows(of cell: Int) -> Range<Int> { share(cell / grid, of: rows) }
    func columns(of cell: Int) -> Range<Int> { share(cell % grid, of: columns) }

    private func share(_ index: Int, of count: Int) -> Range<Int> {
        index * count / grid..<((index + 1) * count + grid - 1) / grid
    }
}
