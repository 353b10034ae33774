#include "CTacitTOML.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_UNRELEASED_FEATURES 0
#define TOML_MAX_NESTED_VALUES 32
// Some of the library's assertions fail on files that are merely wrong ("[" and then no name), in front of the very code that
// finds that out. They must neither end the program nor be taken for the truth, which NDEBUG would have the compiler do.
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

struct tacit_toml {
    toml::table root;
    std::vector<tacit_toml_node> nodes;
};

namespace {

void say(tacit_toml_fault *fault, toml::source_position place, std::string_view words) {
    fault->line = place.line;
    fault->column = place.column;
    size_t count = std::min(words.size(), sizeof fault->words - 1);
    std::memcpy(fault->words, words.data(), count);
    fault->words[count] = 0;
}

void flatten(std::vector<tacit_toml_node> &nodes, const toml::node &node, const toml::key *key) {
    tacit_toml_node found = {};
    found.line = node.source().begin.line;
    found.column = node.source().begin.column;
    if (key) {
        found.key = key->str().data();
        found.key_length = key->str().size();
        found.key_line = key->source().begin.line;
        found.key_column = key->source().begin.column;
    }
    if (auto *table = node.as_table()) {
        found.kind = tacit_toml_table;
        found.count = table->size();
        nodes.push_back(found);
        for (auto &&[name, inner] : *table) flatten(nodes, inner, &name);
        return;
    }
    if (auto *array = node.as_array()) {
        found.kind = tacit_toml_array;
        found.count = array->size();
        nodes.push_back(found);
        for (auto &&inner : *array) flatten(nodes, inner, nullptr);
        return;
    }
    if (auto *text = node.as_string()) {
        found.kind = tacit_toml_string;
        found.text = text->get().data();
        found.text_length = text->get().size();
    } else if (auto *integer = node.as_integer()) {
        found.kind = tacit_toml_integer;
        found.integer = integer->get();
    } else if (auto *number = node.as_floating_point()) {
        found.kind = tacit_toml_float;
        found.number = number->get();
    } else if (auto *boolean = node.as_boolean()) {
        found.kind = tacit_toml_boolean;
        found.boolean = boolean->get();
    } else {
        found.kind = tacit_toml_moment;
    }
    nodes.push_back(found);
}

}  // namespace

tacit_toml *tacit_toml_parse(const char *bytes, size_t count, tacit_toml_fault *fault) {
    // The library throws nothing, but its containers do when there is no memory.
    try {
        toml::parse_result result = toml::parse(std::string_view(bytes, count));
        if (!result) {
            say(fault, result.error().source().begin, result.error().description());
            return nullptr;
        }
        auto *file = new tacit_toml{std::move(result).table(), {}};
        flatten(file->nodes, file->root, nullptr);
        return file;
    } catch (...) {
        say(fault, {0, 0}, "there is no memory for it");
        return nullptr;
    }
}

void tacit_toml_destroy(tacit_toml *file) { delete file; }

tacit_toml_node tacit_toml_at(const tacit_toml *file, size_t index) { return file->nodes[index]; }
