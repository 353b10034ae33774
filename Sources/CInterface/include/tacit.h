// Tacit: labels for sounds and pictures, from C.
//
// A program that works. It labels a file as `tacit classify` does:
//
//     #include <stdio.h>
//     #include <tacit.h>
//
//     int main(int count, char **arguments) {
//         if (count != 3) return fprintf(stderr, "usage: classify MODEL.gguf FILE\n"), TACIT_USAGE;
//         tacit_handle *handle = tacit_create();
//         tacit_label labels[5];
//         size_t found = 0;
//         int status = tacit_load(handle, arguments[1]);
//         if (status == TACIT_OK) status = tacit_classify_file(handle, arguments[2]);
//         if (status == TACIT_OK) status = tacit_labels(handle, labels, 5, &found);
//         if (status != TACIT_OK) fprintf(stderr, "%s\n", tacit_error(handle));
//         for (size_t i = 0; i < found; i++) printf("%.9g %s\n", labels[i].score, labels[i].name);
//         tacit_close(handle);
//         return status;
//     }
//
// `tools/build-library` makes the library and puts this header beside it:
//
//     cc classify.c -I.build/library/include -L.build/library/lib -ltacit -o classify
//     LD_LIBRARY_PATH=.build/library/lib ./classify models/sound.gguf dog.wav
//
// The rules, which hold for every call:
//
// - A handle is one thread's at a time; several threads have a handle each, on the same model file if they like. A call
//   on a handle that another thread is using returns TACIT_USAGE and does nothing. Handles share nothing, but for a
//   model's memory where `tacit_load_shared` is told to.
// - A thread that calls needs a stack of 64 KiB at the least, and arithmetic that rounds to nearest, as it does unless the
//   program has called fesetround.
// - What loads the library itself may close it, which lets go of nothing: once loaded, it stays.
// - Memory is the caller's: what is handed over is read during the call and never kept; results are written to where
//   the caller has room. The only pointers handed out are texts, and belong to the handle.
// - Nothing traps on bad input. What goes wrong is the status that is returned, and `tacit_error` has it in words. A null
//   pointer, a handle that is closed, a size of 0, a model of another sense: TACIT_USAGE or TACIT_BAD_DATA.
// - A path is a file's: "-" is a file of that name, not standard input, which is the program's own.
// - Where a function fails, what it should have written is left as it was, but counts, which become 0.
// - Scores, logits and embeddings are the command's, to the last bit.
#ifndef TACIT_H
#define TACIT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What functions return. The numbers are those of sysexits.h.
enum {
    TACIT_OK = 0,
    // A reading is there to be looked at, and maybe events (`tacit_push`, `tacit_push_picture`, `tacit_finish`).
    TACIT_READING = 1,
    // Events are there to be looked at, but no new reading (`tacit_finish`).
    TACIT_EVENTS = 2,
    // The call makes no sense: a null pointer, a closed handle, a number out of range, the wrong order of calls.
    TACIT_USAGE = 64,
    // A model, sound or picture that is broken or of the wrong sense.
    TACIT_BAD_DATA = 65,
    // No such file, or it can't be read.
    TACIT_NO_INPUT = 66,
    // A file can't be made (`tacit_teach_...`).
    TACIT_CANNOT_CREATE = 73,
    // The system refused memory, a thread, a read or a write: whatever function needs one may say so.
    TACIT_INPUT_OUTPUT = 74
};

// What a model takes in.
enum {
    TACIT_SOUND = 1,
    TACIT_PICTURES = 2,
    // Files of ids; only `tacit_classify_file` takes them.
    TACIT_TOKENS = 3
};

// What an example is that a model is taught by.
enum {
    // One of a label, old or new.
    TACIT_EXAMPLE = 1,
    // What a label, a learned one or one of the model's own, should not have been said of.
    TACIT_CORRECTION = 2,
    // What the place sounds or looks like when nothing happens; it has no name.
    TACIT_BACKGROUND = 3
};

// A model, what it said last, and what is being decoded.
typedef struct tacit_handle tacit_handle;

// A label and how much it holds.
typedef struct {
    // Its place among the model's labels.
    size_t index;
    // 0...1
    float score;
    // UTF-8, the handle's until another model is loaded or the handle is closed.
    const char *name;
} tacit_label;

// What a loaded model is. Set `size` to `sizeof(tacit_model)` before the call.
typedef struct {
    size_t size;
    // TACIT_SOUND, TACIT_PICTURES or TACIT_TOKENS.
    int sense;
    // Of a model of sound, in hertz; else 0.
    int sample_rate;
    // How many labels, and so how many scores and logits, there are. 0: the model can only embed.
    size_t labels;
    // Elements of an embedding.
    size_t width;
    // Of a model of sound: samples in one window; else 0.
    size_t window_samples;
    // Of a model of pictures, which scales what it gets to this size; else 0.
    int picture_width, picture_height, picture_channels;
} tacit_model;

// How a stream is labelled. Set `size` to `sizeof(tacit_stream_settings)` and the rest to 0; what is 0 is the default.
typedef struct {
    size_t size;
    // Hertz of what is pushed; 0 is the model's. Any other is converted. 0 for pictures.
    int sample_rate;
    // Threads to compute with, 1 to 256; 0 is 1. It changes no result.
    int threads;
    // Of sound, seconds from one reading to the next, rounded to whole strides of the model; 0 is 1 second. Of pictures,
    // that no more than one is labelled in so many seconds; 0 is every one.
    double hop;
    // From which score events turn on, up to 1; 0 is each label's own, as the model has it.
    float threshold;
    // Below which part of its threshold a score turns its event off; 0 is what the model says, or 0.8.
    float off_below;
    // Seconds over which scores are averaged before events are decided, that a score must have reached its threshold,
    // and that it must have stayed below; 0 is what the model says, if it does. The average that the model says is its own
    // labels' alone, one that is given is that of learned labels too. What is shorter than a sample, as 1e-9, is none at all.
    double smooth, on_after, off_after;
} tacit_stream_settings;

// A label that began or ceased to hold.
typedef struct {
    // 1 for on, 0 for off.
    int is_on;
    // The label, with the smoothed score that decided it.
    tacit_label label;
    // Seconds from the start of the stream.
    double time;
} tacit_event;

// What was lost of a sound that is damaged, all else of which was read. Set `size` to `sizeof(tacit_damage)` before the call.
typedef struct {
    size_t size;
    // In how many places something can't be decoded and was taken as silence.
    size_t places;
    // Seconds of it in all; seconds from the beginning to the first.
    double lost, first;
    // Seconds that lack at the end of what was cut off.
    double lacking;
    // Bytes that could not be decoded where nothing tells how long they lasted (MP3, an Ogg stream's ends); seconds to the first.
    size_t skipped;
    double first_skip;
    // All this in words, one line of UTF-8; "" where nothing was lost. The handle's until its next call.
    const char *words;
} tacit_damage;

// Handles

// A new handle, without a model; it can decode sounds and pictures already. NULL only where there is no memory.
// Close it with `tacit_close`. It is of this process: a child of fork(2), in which its threads are not, has no use of it
// and does not close it either.
tacit_handle *tacit_create(void);

// Gives back all that the handle has. TACIT_OK, also for NULL; TACIT_USAGE, and nothing happens, for one that is closed
// already or that another thread is using. Some 32 bytes stay for as long as the process does, so that a handle that is
// used after it was closed is told from one that is not.
int tacit_close(tacit_handle *handle);

// Why the last call on the handle failed: one line of UTF-8, "" if it did not. Valid until the next call. Never NULL.
const char *tacit_error(const tacit_handle *handle);

// The library's version, such as "1.0.0".
const char *tacit_version(void);

// Models

// Loads a model file, in place of the one that was there, and ends a stream if one was open. The handle has a private copy,
// of as much memory as the file is long: whatever is done to the file later, what was loaded stays.
// TACIT_OK; TACIT_NO_INPUT for a file that can't be opened; TACIT_BAD_DATA for what is no whole model file;
// TACIT_USAGE. After a failure the handle has no model.
int tacit_load(tacit_handle *handle, const char *path);

// The same of the bytes of a model file, which are copied.
int tacit_load_bytes(tacit_handle *handle, const void *bytes, size_t count);

// Loads the model that `other` has, with the learned labels that it has now, in place of the one that was there:
// without looking at a file and without a second copy in memory, so that a model may have several streams, on several
// threads. From then on each of the two goes its own way: what is loaded, taught or closed by one changes nothing of
// the other. Other settings, as `tacit_configure`'s, don't go along. TACIT_OK; TACIT_USAGE for another handle that has
// no model, is this one, or is none. After a failure the handle has what it had.
int tacit_load_shared(tacit_handle *handle, tacit_handle *other);

// Checks every digest of the loaded model, which loading does not. TACIT_OK, TACIT_BAD_DATA, TACIT_USAGE.
int tacit_verify(tacit_handle *handle);

// What the loaded model is. TACIT_OK, TACIT_USAGE.
int tacit_describe(tacit_handle *handle, tacit_model *model);

// A label's name, and from which score it holds; each pointer may be NULL. TACIT_OK; TACIT_USAGE also for an index that
// is none. The name is the handle's until another model is loaded or the handle is closed.
int tacit_label_at(tacit_handle *handle, size_t index, const char **name, float *threshold);

// How `tacit_classify_...` goes from then on: seconds from one window of sound to the next (0 is the model's own), and
// threads to compute with (0 is 1). Without this call: 0 and 0. TACIT_OK; TACIT_USAGE for numbers out of range.
int tacit_configure(tacit_handle *handle, double hop, int threads);

// One file, sound or picture. What came of it is then read by `tacit_labels` and the functions below it. A stream that has
// begun goes on as if nothing had been classified, and its events wait for `tacit_next_event`.

// A file as a whole, as `tacit classify` and `tacit embed` take it. TACIT_OK; TACIT_NO_INPUT, TACIT_BAD_DATA,
// TACIT_INPUT_OUTPUT; TACIT_USAGE.
int tacit_classify_file(tacit_handle *handle, const char *path);

// `count` mono samples, -1...1, `sample_rate` of them a second (0 is the model's; any other is converted), as if they
// were a file. A sound that is louder is taken as it is; beyond -64...64 are integers that were not divided (16-bit
// ones by 32768). TACIT_OK; TACIT_BAD_DATA for none, for one that is no number or beyond that, for a rate that can't be
// converted, and for a model that does not hear; TACIT_USAGE.
int tacit_classify_samples(tacit_handle *handle, const float *samples, size_t count, int sample_rate);

// A picture of any size: rows from the top, `stride` bytes apart (0 where they follow one another without a hole), each
// pixel `channels` bytes, 1 (grey) or 3 (RGB). TACIT_OK; TACIT_BAD_DATA for a size of 0 or of more than 67108864 pixels,
// other channels, rows that overlap, and for a model that does not see; TACIT_USAGE.
int tacit_classify_picture(
    tacit_handle *handle, const uint8_t *pixels, size_t width, size_t height, size_t channels, size_t stride);

// A stream of sound, as `tacit listen` takes it: full windows only, and events.
//
//     const float *next = samples;
//     int status;
//     do {
//         size_t taken = 0;
//         status = tacit_push(handle, next, count, &taken);
//         next += taken, count -= taken;
//         if (status == TACIT_READING) look(handle);
//     } while (status == TACIT_READING);

// Begins a stream, in place of the one that was there; `settings` may be NULL. TACIT_OK; TACIT_USAGE for settings with
// which no event could ever turn on, or off again; TACIT_BAD_DATA for a model that does not hear or has no labels, and
// for a rate that can't be converted. After a failure there is no stream.
int tacit_begin(tacit_handle *handle, const tacit_stream_settings *settings);

// The next samples, mono, -1...1, as many as there are. `taken` is how many were taken in.
// TACIT_OK: all were. TACIT_READING: there is a reading; call again with the rest, even if none is left.
// TACIT_BAD_DATA for what is no number or beyond -64...64, of which nothing is taken; TACIT_USAGE, also without a
// stream.
int tacit_push(tacit_handle *handle, const float *samples, size_t count, size_t *taken);

// A stream of pictures, as `tacit watch` takes it.
//
//     while (next_picture(&pixels, &width, &height)) {
//         int status = tacit_push_picture(handle, pixels, width, height, 3, 0, -1);
//         if (status == TACIT_READING) look(handle);
//     }

// Begins a stream of pictures, in place of the stream that was there; `settings` may be NULL. `rate`: pictures a second, by
// which the times of those are counted that come without; smoothing has room for no more in a second; 0 is 25. TACIT_OK;
// TACIT_USAGE for settings with which no event could ever turn on, or off again, and for a rate out of 0.001 to 100000;
// TACIT_BAD_DATA for a model that does not see or has no labels. After a failure there is no stream.
int tacit_begin_pictures(tacit_handle *handle, const tacit_stream_settings *settings, double rate);

// The next picture, as `tacit_classify_picture` takes it. `time`: when it was taken, in seconds since the start of the
// stream; -1: one step of the rate after the one before. TACIT_READING: there is a reading; `tacit_span` then has the
// picture's time. TACIT_OK: the picture was not due to be labelled. TACIT_BAD_DATA for a picture that is none; TACIT_USAGE
// for a time that goes back, and without a stream of pictures.
int tacit_push_picture(
    tacit_handle *handle, const uint8_t *pixels, size_t width, size_t height, size_t channels, size_t stride,
    double time);

// Of both streams

// So many samples, at the rate of what is pushed, or pictures were lost: time goes on by them and the model begins anew.
// Takes effect with the next push. TACIT_OK, TACIT_USAGE.
int tacit_skip(tacit_handle *handle, size_t count);

// The stream is over: every event that is on turns off. TACIT_OK: all is told. TACIT_READING: there is a reading; call
// again. TACIT_EVENTS: events have turned off; call again. TACIT_USAGE.
int tacit_finish(tacit_handle *handle);

// The next event of those that the last push or finish decided, whatever was classified since; `found` is 1, or 0 when
// there is none any more. TACIT_OK, TACIT_USAGE.
int tacit_next_event(tacit_handle *handle, tacit_event *event, int *found);

// What the model said last, of a file or in a stream

// The labels with the best scores, best first, `room` of them or all that there are; `count` is how many were written.
// TACIT_OK; TACIT_USAGE, also when nothing was said yet.
int tacit_labels(tacit_handle *handle, tacit_label *labels, size_t room, size_t *count);

// All scores, 0...1, in the model's order. `count`, which may be NULL, is how many there are. TACIT_OK; TACIT_USAGE, also
// when nothing was said yet and when `room` is less than that.
int tacit_scores(tacit_handle *handle, float *scores, size_t room, size_t *count);

// The scores before softmax or sigmoid. Otherwise like `tacit_scores`.
int tacit_logits(tacit_handle *handle, float *logits, size_t room, size_t *count);

// What the model's head reads. Otherwise like `tacit_scores`.
int tacit_embedding(tacit_handle *handle, float *embedding, size_t room, size_t *count);

// Seconds of sound from the first sample to one past the last; for a picture of a stream both are its time, and both 0
// where there is no time. TACIT_OK, TACIT_USAGE.
int tacit_span(tacit_handle *handle, double *start, double *end);

// Labels that the model did not have. They stand in one file, `labels`, which `tacit learn` makes and changes as well.

// Puts the labels of a file behind the loaded model's own: they have the next numbers, and scores by a sigmoid each. A
// stream that has begun goes on and takes over with its next reading what was taught, corrected, renamed or forgotten
// meanwhile. While it lasts a number belongs to one label: those that come, a new name of an old one too, stand behind
// all others (`tacit_describe` says how many there are then), and those that go leave their number empty, with a score
// of 0; an event of theirs that is on turns off, which the next reading or `tacit_finish` brings. TACIT_OK;
// TACIT_NO_INPUT for a file that is not there; TACIT_BAD_DATA for a broken one and for labels of another model;
// TACIT_USAGE, also while a stream is not finished that began without learned labels. After a failure all is as it was,
// and a stream goes on.
int tacit_load_labels(tacit_handle *handle, const char *labels);

// Teaches the loaded model one example, which a file holds: of a long sound its loudest stretch, of a background
// stretches of all of it. `purpose` is TACIT_EXAMPLE, TACIT_CORRECTION or TACIT_BACKGROUND (what a tagger says of that,
// or nearly says, it says no more of what is like it), `name` the label's, which may be NULL for the last. The file
// `labels` is made if it is not there, and replaced whole or not at all, while who else would change one in its folder
// waits; `tacit_load_labels` then has what was taught heard. TACIT_OK; TACIT_NO_INPUT, TACIT_BAD_DATA, also for labels
// of another model; TACIT_CANNOT_CREATE, TACIT_INPUT_OUTPUT; TACIT_USAGE, also for a name that can't be one, that is
// the model's own, or that is not there to be corrected.
int tacit_teach_file(tacit_handle *handle, const char *labels, int purpose, const char *name, const char *path);

// The same of samples, as `tacit_classify_samples` takes them.
int tacit_teach_samples(
    tacit_handle *handle, const char *labels, int purpose, const char *name, const float *samples, size_t count,
    int sample_rate);

// The same of a picture, as `tacit_classify_picture` takes it.
int tacit_teach_picture(
    tacit_handle *handle, const char *labels, int purpose, const char *name, const uint8_t *pixels, size_t width,
    size_t height, size_t channels, size_t stride);

// Forgets a learned label with its corrections, or the corrections of one of the model's own. TACIT_OK; TACIT_USAGE where
// there is none of that name; otherwise like `tacit_teach_file`.
int tacit_forget(tacit_handle *handle, const char *labels, const char *name);

// Gives a learned label another name. Otherwise like `tacit_forget`.
int tacit_rename(tacit_handle *handle, const char *labels, const char *name, const char *new_name);

// Decoding, for which no model is needed

// Opens a sound file (WAV, FLAC, Ogg, MP3 and more), in place of the one that was open. `sample_rate`: what to convert
// to, in hertz; 0 is the file's own, and it is set to what the samples will have. TACIT_OK; TACIT_NO_INPUT;
// TACIT_BAD_DATA; TACIT_USAGE.
int tacit_sound_open(tacit_handle *handle, const char *path, int *sample_rate);

// The next samples of the open sound, mono, -1...1, at most `room` of them. `count` is how many were written: 0 at the
// end, and the sound is closed then. TACIT_OK; TACIT_BAD_DATA for a file that is broken from here on; TACIT_USAGE.
int tacit_sound_read(tacit_handle *handle, float *samples, size_t room, size_t *count);

// What was lost of the sound that `tacit_classify_file`, `tacit_teach_file` or `tacit_sound_read` read last, up to now.
// TACIT_OK, also where nothing was; TACIT_USAGE, also where no sound was read.
int tacit_sound_damage(tacit_handle *handle, tacit_damage *damage);

// Decodes a PNG, JPEG, WebP or GIF file: upright, alpha laid over black. The pixels wait for `tacit_picture_pixels`. TACIT_OK;
// TACIT_NO_INPUT; TACIT_BAD_DATA; TACIT_USAGE.
int tacit_picture_open(tacit_handle *handle, const char *path, size_t *width, size_t *height, size_t *channels);

// The same of the bytes of such a file.
int tacit_picture_decode(
    tacit_handle *handle, const void *bytes, size_t size, size_t *width, size_t *height, size_t *channels);

// The pixels of the picture decoded last, height x width x channels, rows from the top. TACIT_OK; TACIT_USAGE, also when
// `room` is less than that.
int tacit_picture_pixels(tacit_handle *handle, uint8_t *pixels, size_t room);

#ifdef __cplusplus
}
#endif

#endif
