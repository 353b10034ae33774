import pytest


@pytest.fixture(scope="module")
def wave(tmp_path_factory):
    """Seven seconds of sound in a file, and its samples."""
    import wave as waves

    from support import glide

    path = tmp_path_factory.mktemp("sound") / "a glide.wav"
    samples = glide(7.3, 44_100)
    with waves.open(str(path), "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path, samples


@pytest.fixture(scope="module")
def model():
    from support import SOUND, tacit

    return tacit.Model(SOUND)
