import TacitDevices
import TacitText

/// What `devices` says of a microphone or a camera.
enum DeviceReport {
    /// One object.
    static func json(_ device: DeviceDescription) -> [UInt8] {
        var line = JSONLine()
        line.begin()
        line.string("kind", device.kind.rawValue)
        line.string("name", device.name)
        line.string("id", device.id)
        line.beginArray("formats")
        for format in device.formats { line.string(format) }
        line.endArray()
        line.end()
        return line.bytes
    }

    /// A line, and below it one for each format.
    static func text(_ device: DeviceDescription) -> [UInt8] {
        let formats = device.formats.isEmpty ? ["in use: its formats can't be asked"] : device.formats
        let text = "\(device.id)  \(device.kind.rawValue)  \(device.name)\n" + formats.map { "    \($0)\n" }.joined()
        return Array(text.utf8)
    }
}
