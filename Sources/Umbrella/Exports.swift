// One import for everything: the devices here, and the rest, which needs none.
@_exported import TacitCore
