// The program's own files in memory.

#ifndef TACIT_CPROGRAM_H
#define TACIT_CPROGRAM_H

/// Gives back the code and the constants of the program and its libraries that only the start needed, which is most of
/// them: what is needed again comes back from the kernel's cache of the files. Libraries whose code was relocated where it
/// lies are left alone, and so is everything while a debugger looks on, for private changes to such pages would be lost.
void tacit_release_program_pages(void);

#endif
