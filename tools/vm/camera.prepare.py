"""The camera part of tools/vm-test needs nothing made here: vivid draws its own pictures."""
