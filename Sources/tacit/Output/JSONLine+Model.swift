import TacitModelFile
import TacitText

/// The parts of a model's description; what comes from an adapter's `tacit.json` under the names that it has there.
extension JSONLine {
    mutating func strings(_ name: StaticString, _ values: [String]) {
        beginArray(name)
        for value in values { string(value) }
        endArray()
    }

    mutating func trunk(_ trunk: TrunkDescription) {
        beginObject()
        integer("width", trunk.width)
        integer("layers", trunk.layers)
        integer("heads", trunk.heads)
        integer("key_value_heads", trunk.keyValueHeads)
        integer("head_width", trunk.headWidth)
        integer("feed_forward_width", trunk.feedForwardWidth)
        bool("gated", trunk.isGated)
        string("norm", trunk.norm.rawValue)
        string("activation", trunk.activation.rawValue)
        integer("rotary_width", trunk.rotaryWidth)
        endObject()
    }

    mutating func input(_ input: InputDescription) {
        beginObject()
        let kind = input.kind
        string("kind", type(of: kind).name.description)
        kind.write(to: &self)
        endObject()
    }

    mutating func provenance(_ provenance: Provenance) {
        beginObject()
        string("converter", provenance.converterVersion)
        string("flags", provenance.flags)
        beginArray("files")
        for file in provenance.files {
            beginObject()
            string("name", file.name)
            string("sha256", file.digest)
            endObject()
        }
        endArray()
        endObject()
    }
}

extension JSONLine: InputWriter {
    package mutating func size(_ name: StaticString, _ value: Int) { integer(name, value) }

    package mutating func number(_ name: StaticString, _ value: Double) {
        key(name)
        number(value)
    }

    package mutating func numbers(_ name: StaticString, _ values: [Double]) {
        beginArray(name)
        for value in values { number(value) }
        endArray()
    }

    private mutating func number(_ value: Double) {
        if value.isFinite { verbatim(value.description) } else { null() }
    }
}
