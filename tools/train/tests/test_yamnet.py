"""YAMNet in torch against formulas written out a second time and, where the `.tflite` is there, against litert.

Set TACIT_YAMNET to `yamnet.tflite` and, for real clips beside the made ones, TACIT_YAMNET_CLIPS to a folder of them.
"""

import math
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from tacit_train import audio, yamnet
from tacit_train.yamnet import Convolution, YAMNet, YAMNetLogMel, load_yamnet, save_yamnet

TFLITE = Path(os.environ.get("TACIT_YAMNET", ""))


def made_sounds() -> list[np.ndarray]:
    """Noise loud and faint, a falling tone, clicks in silence: 0.975 s each."""
    rng = np.random.default_rng(1)
    t = np.arange(yamnet.PATCH_SAMPLES) / yamnet.SAMPLE_RATE
    clicks = np.zeros(len(t))
    clicks[::1777] = 0.9
    loud, faint = (rng.normal(size=len(t)) * level for level in (0.3, 1e-3))
    sounds = [loud, faint, np.sin(4000 * t - 1500 * t * t) / 2, clicks]
    return [s.astype(np.float32).clip(-1, 1) for s in sounds]


def real_sounds() -> list[np.ndarray]:
    folder = os.environ.get("TACIT_YAMNET_CLIPS")
    if not folder:
        return []
    clips = [audio.load(path, yamnet.SAMPLE_RATE) for path in sorted(Path(folder).iterdir())[::100]]
    return [clip[: yamnet.PATCH_SAMPLES] for clip in clips if len(clip) >= yamnet.PATCH_SAMPLES]


def log_mel_by_formula(samples: np.ndarray) -> np.ndarray:
    """Frames [n, 64] in f64: plain sums for the spectrum, triangles one corner at a time."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    dft = np.exp(-2j * np.pi * np.outer(np.arange(257), np.arange(400)) / 512)

    def mel(f):
        return 1127 * math.log(1 + f / 700)

    corners = [mel(125) + (mel(7500) - mel(125)) * i / 65 for i in range(66)]
    filters = np.zeros((257, 64))
    for k in range(1, 257):
        m = mel(k * 16000 / 512)
        for band in range(64):
            left, middle, right = corners[band : band + 3]
            if left < m <= middle:
                filters[k, band] = (m - left) / (middle - left)
            elif middle < m < right:
                filters[k, band] = (right - m) / (right - middle)
    starts = range(0, len(samples) - 399, 160)
    return np.array([np.log(np.abs(dft @ (samples[s : s + 400] * hann)) @ filters + 0.001) for s in starts])


def test_log_mel_equals_the_formula():
    front = YAMNetLogMel()
    for sound in made_sounds():
        want = log_mel_by_formula(sound.astype(np.float64))
        assert want.shape == (96, 64)
        got = front(torch.from_numpy(sound)[None])[0].numpy()
        # Before the logarithm, which makes much of f32's last bits where a band is quiet beside a loud one.
        np.testing.assert_allclose(np.exp(got), np.exp(want), atol=1e-5, rtol=1e-4)


def same_by_formula(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: int, depthwise: bool) -> np.ndarray:
    """TensorFlow's definition of SAME, output by output; x [channels, height, width]."""
    outputs, _, side, _ = weight.shape
    sizes = [math.ceil(n / stride) for n in x.shape[1:]]
    before = [max((m - 1) * stride + side - n, 0) // 2 for m, n in zip(sizes, x.shape[1:])]
    out = np.zeros((outputs, *sizes))
    for o, row, column in np.ndindex(*out.shape):
        total = float(bias[o])
        for dy, dx in np.ndindex(side, side):
            y, z = row * stride + dy - before[0], column * stride + dx - before[1]
            if 0 <= y < x.shape[1] and 0 <= z < x.shape[2]:
                total += x[o, y, z] * weight[o, 0, dy, dx] if depthwise else x[:, y, z] @ weight[o, :, dy, dx]
        out[o, row, column] = max(total, 0.0)
    return out


@pytest.mark.parametrize("size", [(6, 4), (7, 4), (6, 5), (7, 5), (1, 1), (2, 1)])
@pytest.mark.parametrize("side, stride", [(3, 1), (3, 2), (1, 1)])
@pytest.mark.parametrize("depthwise", [False, True])
def test_padding_is_that_of_tensorflow(size, side, stride, depthwise):
    torch.manual_seed(2)
    layer = Convolution(4, 4, side, stride, groups=4 if depthwise else 1)
    x = torch.randn(1, 4, *size)
    weight, bias = (p.detach().double().numpy() for p in (layer.weight, layer.bias))
    want = same_by_formula(x[0].double().numpy(), weight, bias, stride, depthwise)
    with torch.no_grad():
        np.testing.assert_allclose(layer(x)[0].numpy(), want, atol=1e-5)


def test_shapes_windows_and_gradients():
    torch.manual_seed(3)
    model = YAMNet()
    # As published, less two of the batch norms' three numbers for each of 10,944 channels: they are folded.
    assert sum(p.numel() for p in model.parameters()) == 3_751_369 - 2 * 10_944
    for samples, windows in [(15_600, 1), (15_600 + 48 * 160 - 1, 1), (15_600 + 48 * 160, 2), (80_000, 9)]:
        assert model.embeddings(torch.zeros(1, samples)).shape == (1, windows, 1024)
    clips = torch.randn(2, 15_600 + 2 * 48 * 160) * 0.1
    with torch.no_grad():
        assert model.features(model.front(clips)).shape == (2, 1024, 6, 2)
        second = model(clips[:, 48 * 160 : 48 * 160 + 15_600])
    logits = model(clips)
    assert logits.shape == (2, 3, 521)
    torch.testing.assert_close(logits[:, 1:2], second, atol=1e-5, rtol=1e-5)
    logits.square().mean().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("shape", [(1, 15_599), (15_600,), (1, 1, 15_600)])
def test_too_few_samples_are_refused(shape):
    with pytest.raises(ValueError, match="15600"):
        YAMNet()(torch.zeros(shape))


def test_saved_weights_come_back(tmp_path):
    torch.manual_seed(4)
    model = YAMNet()
    save_yamnet(model, tmp_path / "yamnet.safetensors")
    before = torch.random.get_rng_state()
    loaded = load_yamnet(tmp_path / "yamnet.safetensors").state_dict()
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(loaded[name], value) for name, value in model.state_dict().items())


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    for content in (b"", b"nothing of the kind", b"\x08\0\0\0\0\0\0\0{}      "):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="other.safetensors: not YAMNet's weights"):
            load_yamnet(path)


@pytest.fixture(scope="module")
def litert():
    if not TFLITE.is_file():
        pytest.skip("TACIT_YAMNET is not yamnet.tflite")
    return pytest.importorskip("ai_edge_litert.interpreter", reason="ai-edge-litert is not installed")


def test_a_cut_tflite_is_refused(litert, tmp_path):
    path = tmp_path / "cut.tflite"
    path.write_bytes(TFLITE.read_bytes()[:100_000])
    with pytest.raises(ValueError, match="cut.tflite: not YAMNet's weights"):
        load_yamnet(path)


def answers(interpreter, sounds: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Scores [n, 521] and log-mel frames [n, 96, 64]."""
    interpreter.allocate_tensors()
    scores, frames = (d["index"] for d in interpreter.get_output_details())
    out = []
    for sound in sounds:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sound[None])
        interpreter.invoke()
        out.append((interpreter.get_tensor(scores)[0].copy(), interpreter.get_tensor(frames).copy()))
    return tuple(np.array(values) for values in zip(*out))


def float_tflite(exact: YAMNetLogMel) -> bytes:
    """The same graph with every int8 constant as float32, so that activations are float32, too. litert rounds
    those that meet int8 constants, differently with and without XNNPACK: single scores of the same clip differ by up to
    0.7 between the two. The spectrum and the bands get their exact values."""
    flatbuffers = pytest.importorskip("flatbuffers")
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(TFLITE.read_bytes(), 0))
    graph = model.subgraphs[0]
    angle = 2 * np.pi * np.outer(np.arange(257), np.arange(512)) / 512
    front = {
        b"yamnet_frames/tf_op_layer_MatMul/MatMul": np.cos(angle),
        b"yamnet_frames/tf_op_layer_MatMul_1/MatMul_1": np.sin(angle),
        b"yamnet_frames/tf_op_layer_MatMul_2/MatMul_2": exact.filters.numpy().T,
    }
    for tensor in graph.tensors:
        if tensor.type != schema.TensorType.INT8:
            continue
        scale = np.asarray(tensor.quantization.scale, np.float32)
        assert len(scale) == 1 and not np.any(tensor.quantization.zeroPoint)
        kept = model.buffers[tensor.buffer]
        value = np.frombuffer(bytes(kept.data), np.int8).reshape(tensor.shape).astype(np.float32) * scale
        if tensor.name in front:
            # Half a step of int8. The sign of the sine does not matter to the magnitude.
            assert np.abs(np.abs(value) - np.abs(front[tensor.name])).max() <= 0.51 * scale[0]
            value = front[tensor.name].astype(np.float32)
        kept.data = np.frombuffer(value.tobytes(), np.uint8)
        tensor.type, tensor.quantization = schema.TensorType.FLOAT32, None
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    same = {}
    for operator in graph.operators:
        if codes[operator.opcodeIndex] == schema.BuiltinOperator.DEQUANTIZE:
            same[operator.outputs[0]] = operator.inputs[0]
    graph.operators = [o for o in graph.operators if o.outputs[0] not in same]
    for operator in graph.operators:
        operator.inputs = [same.get(i, i) for i in operator.inputs]
    builder = flatbuffers.Builder(1 << 24)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def test_scores_are_those_of_litert_in_float(litert):
    model, sounds = load_yamnet(TFLITE).eval(), made_sounds() + real_sounds()
    scores, frames = answers(litert.Interpreter(model_content=float_tflite(model.front)), sounds)
    with torch.inference_mode():
        samples = torch.from_numpy(np.stack(sounds))
        np.testing.assert_allclose(np.exp(model.front(samples).numpy()), np.exp(frames), atol=1e-5, rtol=1e-4)
        np.testing.assert_allclose(model(samples)[:, 0].sigmoid().numpy(), scores, atol=1e-4)
        # From the same log-mel frames, without the front ends' differences.
        got = model.head(model.features(torch.from_numpy(frames)).mean((2, 3))).sigmoid().numpy()
        np.testing.assert_allclose(got, scores, atol=2e-5)


def test_scores_are_near_those_of_the_file_as_it_is(litert):
    model, sounds = load_yamnet(TFLITE).eval(), made_sounds() + real_sounds()
    scores, _ = answers(litert.Interpreter(str(TFLITE)), sounds)
    with torch.inference_mode():
        got = model(torch.from_numpy(np.stack(sounds)))[:, 0].sigmoid().numpy()
    assert np.abs(got - scores).mean() < 5e-3
