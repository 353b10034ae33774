"""Labels for sounds and pictures, by a small model on this machine."""

from ._handle import Error
from ._media import DamageWarning, decode, decode_picture
from ._model import Model
from ._said import Event, Label, Prediction
from ._stream import PictureStream, Stream

__all__ = [
    "DamageWarning",
    "Error",
    "Event",
    "Label",
    "Model",
    "PictureStream",
    "Prediction",
    "Stream",
    "decode",
    "decode_picture",
]
