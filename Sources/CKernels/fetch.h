// What is fetched from memory while a product multiplies what is there: when a stream goes on after a pause, its weights are
// in no cache. An address that is none does no harm.

/// Bytes behind where a line lies that is wanted next. Behind a matrix's last panel lies what is used next, more often than
/// not; but its scales are in between.
#define FETCHED_AHEAD ((size_t)16 << 10)

/// Brings a line of 64 bytes towards the core.
INLINE void fetch_line(uintptr_t line) { __builtin_prefetch((const void *)line, 0, 3); }

/// Which lines `dot` fetches while it reads a panel's: for each of those, `step` bytes further.
typedef struct {
    uintptr_t first;
    size_t step;
} lines_ahead;

/// Where the `count` lines from `line` on are read. `fetches`: 2 for as many, 1 for one of them where `step` is at most
/// half a line, so that none is left out.
INLINE void fetch_ahead(size_t line, const int count, const int fetches, lines_ahead ahead) {
    UNROLL for (int i = 0; i < (fetches == 1 ? 1 : fetches ? count : 0); i++)
        fetch_line(ahead.first + (line + (size_t)i) * ahead.step);
}

/// Lines that are fetched a share for each block of rows.
typedef struct {
    uintptr_t line, end;  // of 64 bytes each
    size_t share;
} panel_ahead;

INLINE panel_ahead lines_behind(uintptr_t panel_end, size_t lines, size_t rows, size_t rows_at_once) {
    return (panel_ahead){panel_end, panel_end + lines * 64, lines * rows_at_once / rows + 1};
}

INLINE void fetch_share(panel_ahead *ahead) {
    size_t left = (ahead->end - ahead->line) / 64, lines = ahead->share < left ? ahead->share : left;
    for (; lines; lines--, ahead->line += 64) fetch_line(ahead->line);
}
