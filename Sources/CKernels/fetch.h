// What is fetched from memory while a product multiplies what is there: when a stream goes on after a pause, its weights are
// in no cache. Included at the end of vector.h. An address that is none does no harm.

/// How far past what is read next those lines lie that are fetched, in bytes. Behind a matrix's last panel lies, more often
/// than not, the next matrix, but scales lie in between. 8 to 32 kB were alike, less was worse.
#define FETCHED_AHEAD ((size_t)16 << 10)

/// Brings a line of 64 bytes to the core.
INLINE void fetch_line(uintptr_t line) { __builtin_prefetch((const void *)line, 0, 3); }

/// Which lines `dot` fetches while it reads a panel's: for each of those, `step` bytes further.
typedef struct {
    uintptr_t first;
    size_t step;
} spread_fetch;

/// How many of these: none; one of two, for a `step` of at most half a line, so that none is left out; all.
enum { FETCH_NONE, FETCH_HALF, FETCH_ALL };

/// Where the `count` lines from `line` on are read, 1 or 2.
INLINE void fetch_spread(size_t line, const int count, const int fetches, spread_fetch ahead) {
    UNROLL for (int i = 0; i < (fetches == FETCH_HALF ? 1 : fetches == FETCH_ALL ? count : 0); i++)
        fetch_line(ahead.first + (line + (size_t)i) * ahead.step);
}

/// Lines that are fetched a share for each block of rows, into the second cache: all of a share come at once.
typedef struct {
    uintptr_t line, end;  // of 64 bytes each
    size_t share;
} shared_fetch;

INLINE shared_fetch lines_behind(uintptr_t panel_end, size_t lines, size_t rows, size_t rows_at_once) {
    return (shared_fetch){panel_end, panel_end + lines * 64, lines * rows_at_once / rows + 1};
}

INLINE void fetch_share(shared_fetch *ahead) {
    size_t left = (ahead->end - ahead->line) / 64, lines = ahead->share < left ? ahead->share : left;
    for (; lines; lines--, ahead->line += 64) __builtin_prefetch((const void *)ahead->line, 0, 2);
}
