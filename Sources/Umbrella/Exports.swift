@_exported import TacitCore
