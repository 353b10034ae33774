import TacitDevices

/// The kernel's nodes for video.
struct VideoDevices {
    struct Node: Equatable {
        /// `video0`
        let name: String
        let title: String
        /// Where it is plugged in, as `tacit devices` says it.
        let place: String?

        var path: String { "/dev/\(name)" }
        /// The raw end of a camera on a board's own connector, which only libcamera makes pictures of.
        var isBoardCamera: Bool {
            ["unicam", "rp1-cfe", "rkisp", "mxc-isi", "sun6i-csi"].contains(where: title.hasPrefix)
        }
        /// A decoder, scaler or the like, which a board has without any camera.
        var isHelper: Bool {
            [
                "bcm2835-codec", "bcm2835-isp", "bcm2835-", "pispbe", "rpivid", "rpi-hevc", "hantro", "rkvdec",
                "rockchip-",
                "cedrus", "meson-", "mtk-", "s5p-", "coda", "wave5", "venus", "iris",
            ]
            .contains(where: title.hasPrefix)
        }
    }

    /// By number.
    let nodes: [Node]
    /// Those that may be cameras.
    var cameras: [Node] { nodes.filter { !$0.isHelper } }

    init(_ system: System) {
        let folder = "/sys/class/video4linux"
        let numbers = system.names(folder).compactMap { name in
            name.hasPrefix("video") ? Int(name.dropFirst(5)) : nil
        }
        nodes = numbers.sorted().compactMap { number in
            let entry = "\(folder)/video\(number)"
            // Of a camera's nodes the first has the pictures, the others what is known of them.
            guard system.text("\(entry)/index").flatMap({ Int($0) }) ?? 0 == 0 else { return nil }
            return Node(
                name: "video\(number)", title: system.text("\(entry)/name") ?? "",
                place: Cameras.place(entry: system.path(entry)))
        }
    }
}
