/// Pixels 0...1, standardised by channel, cut into square patches in raster order.
package struct ImageInput: Equatable, Sendable {
    package var width: Int
    package var height: Int
    /// 1 (grey) or 3 (RGB).
    package var channels: Int
    /// Pixels a side of a patch.
    package var patch: Int
    /// Pixels from one patch's start to the next, both ways.
    package var stride: Int
    /// One a channel.
    package var mean: [Double]
    package var deviation: [Double]

    package init(
        width: Int, height: Int, channels: Int, patch: Int, stride: Int, mean: [Double], deviation: [Double]
    ) {
        self.width = width
        self.height = height
        self.channels = channels
        self.patch = patch
        self.stride = stride
        self.mean = mean
        self.deviation = deviation
    }

    /// Patches in a row of patches.
    package var columns: Int { (width - patch) / stride + 1 }
    /// Rows of patches.
    package var rows: Int { (height - patch) / stride + 1 }
}

extension ImageInput: InputKind {
    package static let name: StaticString = "image"
    package static let sense = InputSense.pictures
    package static var blank: ImageInput {
        ImageInput(width: 0, height: 0, channels: 0, patch: 0, stride: 1, mean: [], deviation: [])
    }

    package mutating func visit<Failure: Error, Visitor: InputVisitor>(_ visitor: inout Visitor) throws(Failure)
    where Visitor.Failure == Failure {
        try visitor.size("width", &width)
        try visitor.size("height", &height)
        try visitor.size("channels", &channels)
        try visitor.size("patch", &patch)
        try visitor.size("stride", &stride, standard: ("patch", patch))
        try visitor.numbers("mean", &mean)
        try visitor.numbers("std", &deviation)
    }

    package var patchSize: Int { patch * patch * channels }
    package var window: Int { columns * rows }
    package var input: InputDescription { .image(self) }

    package var words: String {
        "image of \(width) x \(height), \(channels) channels, patches of \(patch) pixels a side every \(stride)"
    }

    package func validate() throws {
        try range(width, 1...ModelLimits.imageSide, "input.width")
        try range(height, 1...ModelLimits.imageSide, "input.height")
        try require(channels == 1 || channels == 3, "input.channels", "expected 1 or 3, found \(channels)")
        try range(patch, 1...min(width, height), "input.patch")
        try range(stride, 1...ModelLimits.imageSide, "input.stride")
        try range(patch * patch * channels, 1...ModelLimits.patchSize, "input.patch", "elements of a patch")
        try range(columns * rows, 1...ModelLimits.window, "input.stride", "patches of an image")
        try require(mean.count == channels, "input.mean", "expected \(channels) numbers, found \(mean.count)")
        try require(deviation.count == channels, "input.std", "expected \(channels) numbers, found \(deviation.count)")
        for value in mean { try finite(value, "input.mean") }
        for value in deviation { try positive(value, "input.std") }
    }
}
