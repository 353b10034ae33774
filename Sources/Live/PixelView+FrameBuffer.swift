import TacitFrontEnd
import TacitMedia

extension PixelView {
    /// The frame's pixels, valid until it is written to again.
    init(_ frame: FrameBuffer) {
        self.init(
            pixels: UnsafePointer(frame.pixels), width: frame.width, height: frame.height, channels: frame.channels)
    }
}
