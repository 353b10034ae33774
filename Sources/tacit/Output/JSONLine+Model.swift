import TacitModelFile
import TacitText

/// The parts of a model's description, under the names that they have in an adapter's `tacit.json`.
extension JSONLine {
    mutating func strings(_ values: [String]) {
        beginArray()
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
        key("gated")
        bool(trunk.isGated)
        key("norm")
        string(trunk.norm.rawValue)
        key("activation")
        string(trunk.activation.rawValue)
        integer("rotary_width", trunk.rotaryWidth)
        endObject()
    }

    mutating func input(_ input: InputDescription) {
        beginObject()
        key("kind")
        let kind = input.kind
        string(type(of: kind).name.description)
        kind.write(to: &self)
        endObject()
    }

    mutating func provenance(_ provenance: Provenance) {
        beginObject()
        key("converter")
        string(provenance.converterVersion)
        key("flags")
        string(provenance.flags)
        key("files")
        beginArray()
        for file in provenance.files {
            beginObject()
            key("name")
            string(file.name)
            key("sha256")
            string(file.digest)
            endObject()
        }
        endArray()
        endObject()
    }

    private mutating func integer(_ name: StaticString, _ value: Int) {
        key(name)
        integer(value)
    }
}

extension JSONLine: InputWriter {
    package mutating func size(_ name: StaticString, _ value: Int) { integer(name, value) }

    package mutating func number(_ name: StaticString, _ value: Double) {
        key(name)
        number(value)
    }

    package mutating func numbers(_ name: StaticString, _ values: [Double]) {
        key(name)
        beginArray()
        for value in values { number(value) }
        endArray()
    }

    private mutating func number(_ value: Double) {
        if value.isFinite { verbatim(value.description) } else { null() }
    }
}
