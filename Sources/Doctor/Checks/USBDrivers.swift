/// Devices that are plugged in on USB and have no driver.
enum USBDrivers {
    /// The first such interface of a class: 0x01 sound, 0x0e video.
    static func missing(interfaceClass: Int, _ system: System) -> String? {
        let folder = "/sys/bus/usb/devices"
        return system.names(folder).first { name in
            let entry = "\(folder)/\(name)"
            guard let text = system.text("\(entry)/bInterfaceClass"), Int(text, radix: 16) == interfaceClass else {
                return false
            }
            return !system.exists("\(entry)/driver")
        }
    }
}
