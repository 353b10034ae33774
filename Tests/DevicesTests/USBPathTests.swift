import TacitDevices
import Testing

@Suite struct USBPathTests {
    @Test(arguments: [
        ("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0", "usb-0000:00:14.0-2"),
        ("/sys/devices/pci0000:00/0000:00:14.0/usb3/3-1/3-1.4/3-1.4.2/3-1.4.2:1.0", "usb-0000:00:14.0-1.4.2"),
        ("/sys/devices/platform/soc/3f980000.usb/usb1/1-1/1-1.2/1-1.2:1.0", "usb-3f980000.usb-1.2"),
        ("/sys/devices/platform/dummy_hcd.0/usb10/10-1/10-1:1.1", "usb-dummy_hcd.0-1"),
    ])
    func aPlaceHasANameWithoutItsBusNumber(path: String, name: String) {
        #expect(USBPath.name(resolved: path) == name)
    }

    @Test(arguments: [
        "", "/", "/sys/devices/platform/snd_aloop.0", "/sys/devices/pci0000:00/0000:00:1f.3", "/usb1/1-1/1-1:1.0",
        "/sys/devices/x/usb/1-1", "/sys/devices/x/usb1", "/sys/devices/x/usb1/2-1/2-1:1.0",
    ])
    func whatIsNotOnUSBHasNone(path: String) {
        #expect(USBPath.name(resolved: path) == nil)
    }
}
