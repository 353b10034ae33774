"""The part of tools/vm-test for `tacit run` needs nothing made here."""
