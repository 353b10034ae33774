import Glibc

/// Where on the machine a USB device is plugged in, which stays the same across reboots: its controller and the ports
/// on the way to it, in the form in which the kernel itself writes it (`usb-0000:00:14.0-1.2`).
package enum USBPath {
    /// The name for a device's resolved path in sysfs; nil for what isn't on USB.
    ///
    /// `/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.2/1-1.2:1.0` is `usb-0000:00:14.0-1.2`: before `usbN` stands
    /// the controller; behind it the last part without a colon names the device, as bus, `-`, ports.
    package static func name(resolved path: String) -> String? {
        let parts = path.split(separator: "/")
        guard
            let root = parts.lastIndex(where: {
                $0.hasPrefix("usb") && $0.count > 3 && $0.dropFirst(3).allSatisfy(\.isNumber)
            }),
            root > 0
        else { return nil }
        let bus = parts[root].dropFirst(3)
        guard let device = parts[root...].last(where: { $0.hasPrefix("\(bus)-") && !$0.contains(":") }) else {
            return nil
        }
        return "usb-\(parts[root - 1])-\(device.dropFirst(bus.count + 1))"
    }

    /// The name for the device behind a card's or a camera's entry in sysfs.
    package static func name(of entry: String) -> String? {
        guard let resolved = realpath("\(entry)/device", nil) else { return nil }
        defer { free(resolved) }
        return name(resolved: String(cString: resolved))
    }
}
