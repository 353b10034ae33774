#include "CTacitGIF.h"

#include <CTacitLibrary.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tacit_gif_file gif_file;
typedef int read_function(gif_file *, unsigned char *, int);

#define POINTER(result, name, parameters) static result(*the_##name) parameters;
TACIT_GIF_FUNCTIONS(POINTER, gif_file, read_function)

#define SYMBOL(result, name, parameters) TACIT_SYMBOL(the_##name, #name),
static const tacit_symbol symbols[] = {TACIT_GIF_FUNCTIONS(SYMBOL, gif_file, read_function) {0}};

const char *tacit_gif_load(void) {
    static tacit_library library = {.file = "libgif.so.7", .symbols = symbols};
    return tacit_library_load(&library);
}

typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t position;
    // Whether more was wanted than there is.
    bool has_ended;
    // Whether the bytes end where a block of pixels begins.
    bool ends_between;
    // The colour of the first frame that is none, or -1.
    int transparent;
} source;

static int supply(gif_file *file, unsigned char *target, int count) {
    source *from = file->UserData;
    const size_t rest = from->count - from->position;
    if (count <= 0) return 0;
    if ((size_t)count > rest) {
        from->has_ended = true;
        // A block's length that lacks is one of none: behind the last pixel that is the end, before it an error.
        if (rest > 0 || count > 1 || !from->ends_between) return 0;
        *target = 0;
        return 1;
    }
    memcpy(target, from->bytes + from->position, (size_t)count);
    from->position += (size_t)count;
    return count;
}

static int fail(gif_file *file, const source *from, int error, char *message) {
    if (file) {
        error = file->Error;
        int unused;
        the_DGifCloseFile(file, &unused);
    }
    snprintf(message, tacit_gif_message_size, "%s",
        error == tacit_gif_no_memory ? "no memory to read it"
        : from->has_ended            ? "the file ends early"
                                     : "it is damaged");
    return -1;
}

// Opens a file and reads on to the first frame's pixels. NULL with a reason in `message`.
static gif_file *begin(source *from, tacit_gif_header *header, char *message) {
    int error = 0;
    gif_file *file = the_DGifOpen(from, supply, &error);
    if (!file) {
        fail(NULL, from, error, message);
        return NULL;
    }
    for (;;) {
        int type = 0;
        if (the_DGifGetRecordType(file, &type) != tacit_gif_ok) break;
        if (type == tacit_gif_end) {
            snprintf(message, tacit_gif_message_size, "%s", from->has_ended ? "the file ends early" : "it holds no frame");
            int unused;
            the_DGifCloseFile(file, &unused);
            return NULL;
        }
        if (type == tacit_gif_image) {
            if (the_DGifGetImageDesc(file) != tacit_gif_ok) break;
            const struct tacit_gif_description *frame = &file->Image;
            if (frame->Left < 0 || frame->Top < 0 || frame->Width <= 0 || frame->Height <= 0) break;
            const int right = frame->Left + frame->Width, bottom = frame->Top + frame->Height;
            header->width = (uint32_t)(right > file->SWidth ? right : file->SWidth);
            header->height = (uint32_t)(bottom > file->SHeight ? bottom : file->SHeight);
            return file;
        }
        if (type != tacit_gif_extension) continue;
        int code = 0;
        unsigned char *block = NULL;
        if (the_DGifGetExtension(file, &code, &block) != tacit_gif_ok) break;
        // Length, flags, two bytes of time, the transparent colour.
        if (code == tacit_gif_graphics_control && block && block[0] >= 4)
            from->transparent = block[1] & 1 ? block[4] : -1;
        while (block && the_DGifGetExtensionNext(file, &block) == tacit_gif_ok) {}
        if (block) break;
    }
    fail(file, from, 0, message);
    return NULL;
}

int tacit_gif_read_header(const uint8_t *bytes, size_t count, tacit_gif_header *header, char *message) {
    source from = {bytes, count, 0, false, false, -1};
    gif_file *file = begin(&from, header, message);
    if (!file) return -1;
    int unused;
    the_DGifCloseFile(file, &unused);
    return 0;
}

// Where the frame's row is that comes `index`th: of an interlaced one every eighth, those between, and so on.
static int row_of(int index, int height, bool is_interlaced) {
    static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    if (!is_interlaced) return index;
    for (int pass = 0; pass < 4; pass++) {
        const int rows = (height - starts[pass] + steps[pass] - 1) / steps[pass];
        if (index < rows) return starts[pass] + index * steps[pass];
        index -= rows > 0 ? rows : 0;
    }
    return height - 1;
}

// Whether the blocks of pixels that begin at `place` end with the bytes rather than by themselves or within one.
static bool ends_between_blocks(const uint8_t *bytes, size_t count, size_t place) {
    while (place < count && bytes[place] > 0) place += 1 + (size_t)bytes[place];
    return place == count;
}

static void paint(
    const unsigned char *line, int width, const struct tacit_gif_map *map, int transparent, uint8_t *target) {
    for (int x = 0; x < width; x++, target += 3) {
        const int color = line[x];
        if (color == transparent) {
            target[0] = target[1] = target[2] = 0;
        } else if (!map) {
            target[0] = target[1] = target[2] = line[x];
        } else if (color < map->ColorCount) {
            target[0] = map->Colors[color].Red;
            target[1] = map->Colors[color].Green;
            target[2] = map->Colors[color].Blue;
        } else {
            target[0] = target[1] = target[2] = 0;
        }
    }
}

int tacit_gif_decode(
    const uint8_t *bytes, size_t count, const tacit_gif_header *header, uint8_t *pixels, size_t capacity,
    char *message) {
    source from = {bytes, count, 0, false, false, -1};
    tacit_gif_header found;
    gif_file *file = begin(&from, &found, message);
    if (!file) return -1;
    const struct tacit_gif_description frame = file->Image;
    const size_t row = 3 * (size_t)found.width;
    unsigned char *line = malloc((size_t)frame.Width);
    int unused;
    if (!line || found.width != header->width || found.height != header->height || capacity / row < found.height) {
        snprintf(message, tacit_gif_message_size, "%s", line ? "the header and the picture disagree" : "no memory to read it");
        free(line);
        the_DGifCloseFile(file, &unused);
        return -1;
    }
    memset(pixels, 0, row * found.height);
    from.ends_between = ends_between_blocks(bytes, count, from.position);
    const struct tacit_gif_map *map = frame.ColorMap ? frame.ColorMap : file->SColorMap;
    for (int index = 0; index < frame.Height; index++) {
        if (the_DGifGetLine(file, line, frame.Width) != tacit_gif_ok) {
            free(line);
            fail(file, &from, 0, message);
            if (!frame.Interlace) {
                const size_t length = strlen(message);
                snprintf(message + length, tacit_gif_message_size - length, ", in row %d of %d", index + 1, frame.Height);
            }
            return -1;
        }
        const size_t y = (size_t)(frame.Top + row_of(index, frame.Height, frame.Interlace));
        paint(line, frame.Width, map, from.transparent, pixels + y * row + 3 * (size_t)frame.Left);
    }
    free(line);
    the_DGifCloseFile(file, &unused);
    return 0;
}
