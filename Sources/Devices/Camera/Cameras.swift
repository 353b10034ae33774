import CTacitV4L2
import Glibc
import TacitDiagnostics

/// The cameras that there are.
package enum Cameras {
    /// All that can stream, by the number of their node.
    package static func list() -> [DeviceDescription] {
        tacit_v4l2_silence()
        return nodes().compactMap { path in
            let descriptor = tacit_v4l2_open(path, 0)
            guard descriptor >= 0 else { return nil }
            defer { _ = tacit_v4l2_close(descriptor) }
            guard let name = CameraModes.name(descriptor) else { return nil }
            return DeviceDescription(
                kind: .camera, name: name, id: place(of: path) ?? path, formats: formats(modes(descriptor, path)))
        }
    }

    private static func modes(_ descriptor: Int32, _ path: String) -> [CameraMode] {
        let modes = CameraModes.all(descriptor)
        guard modes.isEmpty else { return modes }
        let converting = tacit_v4l2_open(path, 1)
        guard converting >= 0 else { return [] }
        defer { _ = tacit_v4l2_close(converting) }
        return CameraModes.all(converting)
    }

    static func isCamera(_ path: String) -> Bool {
        let descriptor = tacit_v4l2_open(path, 0)
        guard descriptor >= 0 else { return false }
        defer { _ = tacit_v4l2_close(descriptor) }
        return CameraModes.name(descriptor) != nil
    }

    /// The paths of all video devices, by their number. Those that are not cameras are among them.
    static func nodes() -> [String] {
        // A board has a dozen at most; those that are not there cost next to nothing.
        (0..<64).map { "/dev/video\($0)" }.filter { access($0, F_OK) == 0 || canOpen($0) }
    }

    private static func canOpen(_ path: String) -> Bool {
        let descriptor = tacit_v4l2_open(path, 0)
        guard descriptor >= 0 else { return false }
        _ = tacit_v4l2_close(descriptor)
        return true
    }

    /// Where a node's device is plugged in, from sysfs: on USB its controller and ports, elsewhere the device's own
    /// name. Nil where sysfs doesn't know it.
    static func place(of path: String) -> String? {
        guard let name = path.split(separator: "/").last else { return nil }
        let entry = "/sys/class/video4linux/\(name)"
        guard let place = place(entry: entry) else { return nil }
        let index = number("\(entry)/index")
        return index == 0 ? place : "\(place),\(index)"
    }

    /// The same for an entry in sysfs, whichever of a camera's nodes it is of.
    package static func place(entry: String) -> String? {
        guard let resolved = realpath("\(entry)/device", nil) else { return nil }
        defer { free(resolved) }
        let device = String(cString: resolved)
        return USBPath.name(resolved: device) ?? device.split(separator: "/").last.map(String.init)
    }

    private static func number(_ path: String) -> Int {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var bytes: [UInt8] = Array(repeating: 0, count: 16)
        let count = read(descriptor, &bytes, bytes.count)
        return Int(String(decoding: bytes.prefix(max(0, count)).prefix(while: \.isASCIIDigit), as: UTF8.self))
            ?? 0
    }

    /// One text a format and size, with its rates.
    private static func formats(_ modes: [CameraMode]) -> [String] {
        var texts: [(key: String, rates: [String])] = []
        for mode in modes {
            let key = "\(mode.format.fourCC) \(mode.width)x\(mode.height)"
            let rate = mode.rate.map { [CameraMode.number($0)] } ?? []
            if let place = texts.firstIndex(where: { $0.key == key }) {
                texts[place].rates += rate.filter { !texts[place].rates.contains($0) }
            } else {
                texts.append((key, rate))
            }
        }
        return texts.map { $0.rates.isEmpty ? $0.key : "\($0.key) at \($0.rates.joined(separator: ", ")) fps" }
    }
}
