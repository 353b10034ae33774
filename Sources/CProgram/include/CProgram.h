// The program's own files in memory.

#ifndef TACIT_CPROGRAM_H
#define TACIT_CPROGRAM_H

/// Gives back the code and the constants of the program and its libraries that only the start needed, which is most of
/// them: what is needed again comes back from the kernel's cache of the files.
///
/// Private changes to such pages would be lost, but there are none: on machines of 64 bits nothing is relocated where it
/// may not be written to.
void tacit_release_program_pages(void);

#endif
