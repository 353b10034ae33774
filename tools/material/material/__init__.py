"""Free-licensed speech, music and other sounds from Debian packages, and own pieces and readings beside them."""
