"""A package's copyright file, as Debian has them."""

COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2001 A. Nobody
License: GPL-2+
 Text.
 .
 More text.

Files: music/*.ogg
 music/deep/?.flac
Copyright: 2002 B. Somebody
           2003 C. Other
License: CC-BY-SA-3.0

Files: music/song.ogg
Copyright: 2004 D.
License: GPL-3 or CC-BY-4.0
"""
