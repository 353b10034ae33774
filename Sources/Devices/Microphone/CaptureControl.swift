import CTacitALSA
import Glibc

/// A switch or a volume of a card's inputs, as its mixer has it.
package struct CaptureControl: Equatable, Sendable {
    /// ALSA's: ends in `Capture Switch` or `Capture Volume`.
    package let name: String
    /// The greatest of its channels, above the least that it can be: 0 for one that is off, or all the way down.
    package let greatest: Int

    package init(name: String, greatest: Int) {
        self.name = name
        self.greatest = greatest
    }

    /// More than any card has.
    private static let most: UInt32 = 1024
    private static let mostChannels: UInt32 = 64

    /// Of a card, by its number; none where it may not be asked. Nothing is changed.
    package static func all(card: Int) -> [CaptureControl] {
        tacit_alsa_silence()
        var control: OpaquePointer?
        guard snd_ctl_open(&control, "hw:\(card)", Int32(SND_CTL_NONBLOCK) | Int32(SND_CTL_READONLY)) >= 0, let control
        else { return [] }
        defer { snd_ctl_close(control) }
        var list: OpaquePointer?
        guard snd_ctl_elem_list_malloc(&list) >= 0, let list else { return [] }
        defer { snd_ctl_elem_list_free(list) }
        guard snd_ctl_elem_list(control, list) >= 0 else { return [] }
        guard snd_ctl_elem_list_alloc_space(list, min(snd_ctl_elem_list_get_count(list), most)) >= 0 else { return [] }
        defer { snd_ctl_elem_list_free_space(list) }
        guard snd_ctl_elem_list(control, list) >= 0 else { return [] }
        return (0..<snd_ctl_elem_list_get_used(list)).compactMap { place in
            guard let text = snd_ctl_elem_list_get_name(list, place) else { return nil }
            let name = DeviceText.printable(String(cString: text))
            guard name.hasSuffix("Capture Switch") || name.hasSuffix("Capture Volume"),
                let greatest = greatest(control, number: snd_ctl_elem_list_get_numid(list, place))
            else { return nil }
            return CaptureControl(name: name, greatest: greatest)
        }
    }

    private static func greatest(_ control: OpaquePointer, number: UInt32) -> Int? {
        var information: OpaquePointer?
        guard snd_ctl_elem_info_malloc(&information) >= 0, let information else { return nil }
        defer { snd_ctl_elem_info_free(information) }
        snd_ctl_elem_info_set_numid(information, number)
        guard snd_ctl_elem_info(control, information) >= 0, snd_ctl_elem_info_is_readable(information) != 0 else {
            return nil
        }
        var value: OpaquePointer?
        guard snd_ctl_elem_value_malloc(&value) >= 0, let value else { return nil }
        defer { snd_ctl_elem_value_free(value) }
        snd_ctl_elem_value_set_numid(value, number)
        guard snd_ctl_elem_read(control, value) >= 0 else { return nil }
        let channels = 0..<min(snd_ctl_elem_info_get_count(information), mostChannels)
        switch snd_ctl_elem_info_get_type(information) {
        case SND_CTL_ELEM_TYPE_BOOLEAN:
            return channels.map { Int(snd_ctl_elem_value_get_boolean(value, $0)) }.max()
        case SND_CTL_ELEM_TYPE_INTEGER:
            let least = Int(snd_ctl_elem_info_get_min(information))
            return channels.map { Int(snd_ctl_elem_value_get_integer(value, $0)) &- least }.max()
        default: return nil
        }
    }
}
