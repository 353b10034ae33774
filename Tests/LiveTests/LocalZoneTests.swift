import Foundation
import TacitLive
import TacitTestSupport
import Testing

/// Whether the zone that is named is one.
@Suite struct LocalZoneTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("zones/Europe/Berlin", "TZif2".utf8)
        try folder.write("zones/tzdata.zi", "# version".utf8)
        try folder.write("localtime", "TZif2".utf8)
    }

    private func fault(_ name: String?, file: String = "localtime") -> String? {
        LocalZone(name: name, folder: folder.path("zones"), file: folder.path(file)).fault
    }

    @Test func namesOfZones() {
        let known = [
            nil, "", ":", "Europe/Berlin", ":Europe/Berlin", folder.path("zones/Europe/Berlin"),
            "CET-1CEST,M3.5.0,M10.5.0/3",
            "EST5EDT", "<+03>-3", "UTC", "UTC0", "Etc/UTC", "GMT",
        ]
        for name in known { #expect(fault(name) == nil, "\(name ?? "")") }
        let unknown = [
            "Europe/Berln", "Europe/Berlin ", "europe/berlin", "Europe", "tzdata.zi", "CET", "X5", "<+3-3", "/nowhere",
            "+1",
            "Berlin\n",
        ]
        for name in unknown { #expect(fault(name)?.hasPrefix("TZ is '") == true, "\(name)") }
    }

    /// As in a container without the zones' files.
    @Test func whereTheMachinesOwnIsNotThere() throws {
        #expect(fault(nil, file: "none") == nil)
        let files = FileManager.default
        try files.createSymbolicLink(atPath: folder.path("utc"), withDestinationPath: "none/Etc/UTC")
        #expect(fault(nil, file: "utc") == nil)
        try files.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "none/Europe/Berlin")
        #expect(fault(nil, file: "link") == "\(folder.path("link")) leads to none/Europe/Berlin, which is not there")
        #expect(fault("Europe/Berlin", file: "link") == nil)
    }
}
