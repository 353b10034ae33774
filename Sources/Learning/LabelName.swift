import TacitDiagnostics
import TacitModelFile

/// What a learned label may be called.
package enum LabelName {
    /// Whether a label may be called so in a file.
    static func isReadable(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= LearningLimits.nameBytes
            && name.unicodeScalars.allSatisfy { !$0.isControl }
    }

    /// Whether a label of a model may be called so, which nobody here has named.
    static func isOfModel(_ name: String) -> Bool { name.utf8.count <= ModelLimits.labelBytes }

    /// Why no label may be given a name; nil where one may. Files of earlier versions have names with blanks around,
    /// which are read, and stay until they are renamed.
    package static func fault(in name: String) -> String? {
        guard isReadable(name), SystemPath.isText(name) else {
            return "a label's name has 1 to \(LearningLimits.nameBytes) bytes of UTF-8 and no control characters"
        }
        guard !name.unicodeScalars.contains(where: isUnseen) else {
            return "a label's name has no signs that are not seen or that turn others around"
        }
        guard name.first?.isWhitespace == false, name.last?.isWhitespace == false else {
            return "a label's name neither begins nor ends with a blank"
        }
        return nil
    }

    /// - Throws: `TacitError` (usage) for a name that no label may be given.
    static func check(_ name: String) throws {
        guard let fault = fault(in: name) else { return }
        let isShown = isReadable(name) && !name.unicodeScalars.contains(where: isUnseen)
        throw TacitError(.usage, isShown ? "\(fault): '\(name)'" : fault)
    }

    /// Of no width, a mark of the direction of writing, or what some take for the end of a line.
    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        scalar.spoilsLine || scalar.properties.isBidiControl
            || [0xad, 0x180e, 0x200b, 0x2060, 0xfeff].contains(scalar.value)
    }
}
