"""The golden cases. Each form a model or adapter may take occurs in one of them at least."""

from dataclasses import dataclass, field

from pixels import patch_corners

GPT2_ALL = ["c_attn", "c_proj", "c_fc"]
LLAMA_ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def waveform(patch: int, window: int, rate: int = 8000, **more) -> dict:
    return dict(kind="waveform", sample_rate=rate, patch=patch, **more, window=window)


def logmel(n_fft: int, win: int, hop: int, mels: int, frames: int, window: int, rate: int = 8000, f_min=0.0,
           f_max=None, **more) -> dict:
    return dict(kind="logmel", sample_rate=rate, n_fft=n_fft, win_length=win, hop_length=hop, n_mels=mels, f_min=f_min,
                f_max=f_max or rate / 2, log_offset=1e-4, mean=-2.5, std=3.0, patch_frames=frames, **more,
                window=window)


@dataclass
class Case:
    name: str
    base: str
    lora: dict
    input: dict
    labels: int = 3
    # The adapter is one of IA3; `lora` then has the settings of that.
    ia3: bool = False
    # The adapter was made over the model with its language head.
    over_head: bool = False
    positions: str = "base"
    attention: str = "causal"
    context: str = "restart"
    pool: str = "last"
    task: str = "multiclass"
    hidden: int = 0
    head_norm: bool = False
    # Rows before the stream that every patch attends to.
    sinks: int = 0
    # Each sound: length in patches (a fraction is a part of a stride more), hop in patches (None: the default),
    # channels.
    sounds: list = field(default_factory=lambda: [(0.4, None, 1), (1.0, None, 1), (2.6, None, 1)])

    @property
    def window(self) -> int:
        """Patches in one context."""
        if self.input["kind"] == "image":
            return len(patch_corners(self.input))
        return self.input["window"]

    @property
    def label_names(self) -> list[str]:
        return [f"label {i:02}" for i in range(self.labels)]


CASES = [
    Case("gpt2-plain", "gpt2-plain", dict(r=4, lora_alpha=8, target_modules=GPT2_ALL), waveform(40, 12)),
    Case(
        "gpt2-odd-logmel", "gpt2-odd",
        dict(r=3, lora_alpha=16, use_rslora=True, target_modules=r".*\.(c_attn|mlp\.c_fc)"),
        logmel(128, 100, 64, 17, 2, 10), labels=7, over_head=True, positions="learned", pool="mean",
        task="multilabel", head_norm=True, sounds=[(0.5, None, 1), (1.0, None, 1), (2.3, 5, 2)],
    ),
    Case(
        "gpt2-sharded-patterns", "gpt2-sharded",
        dict(r=4, lora_alpha=8, target_modules="all-linear", bias="all",
             # The first one that matches counts. PEFT sorts them as it saves, so they must be sorted here already, or
             # its own folder would not load again.
             rank_pattern={r"h\.0\.attn\.c_attn": 7, r"h\.1\..*": 3, "mlp.c_fc|mlp.c_proj": 5,
                           r"transformer\..*\.c_attn": 2},
             alpha_pattern={r"h\.2\.mlp\.c_proj": 3, r"mlp\.c_proj|attn\.c_proj": 12}),
        waveform(30, 16, stride=20), labels=17, over_head=True, head_norm=True,
    ),
    Case(
        "gpt2-full-hidden", "gpt2-plain",
        dict(r=2, lora_alpha=2, target_modules=["attn.c_proj", "c_fc"], modules_to_save=["ln_1", "ln_2", "ln_f"]),
        waveform(50, 9, rate=11025, stride=30), labels=50, positions="learned", attention="full", pool="mean",
        hidden=27,
    ),
    Case(
        "gpt2-sliding", "gpt2-odd",
        dict(r=4, lora_alpha=4, target_modules=["c_attn"], bias="lora_only"),
        waveform(24, 8), labels=5, positions="none", context="sliding", pool="mean", task="multilabel",
        sounds=[(0.6, 3, 1), (1.0, 3, 1), (6.7, 3, 1), (5.2, 8, 2)],
    ),
    Case(
        "llama-plain", "llama-plain", dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"]), waveform(40, 12),
    ),
    Case(
        "llama-grouped-logmel", "llama-grouped",
        dict(r=5, lora_alpha=9, use_rslora=True, target_modules=LLAMA_ALL),
        logmel(96, 96, 40, 12, 4, 11, stride_frames=2), labels=7, over_head=True, pool="mean", head_norm=True,
        task="multilabel", sounds=[(0.4, None, 1), (1.0, None, 1), (2.6, 4, 1), (1.9, 13, 1)],
    ),
    Case(
        "llama-biased-patterns", "llama-biased",
        dict(r=4, lora_alpha=8, target_modules="all-linear", bias="all",
             modules_to_save=["input_layernorm", "post_attention_layernorm", "model.norm"],
             rank_pattern={r"layers\.0\.self_attn\.q_proj": 6, r"layers\.1\..*": 2, "q_proj": 3},
             alpha_pattern={r"^model\.layers\.2\.mlp\.down_proj": 1, "down_proj": 20, r"layers\.\d+\.mlp\..*": 5}),
        waveform(33, 14), labels=17, over_head=True, head_norm=True,
    ),
    Case(
        "llama-lora-only-bias", "llama-biased",
        dict(r=2, lora_alpha=3, target_modules=["o_proj", "gate_proj"], bias="lora_only"),
        waveform(33, 10, stride=11), labels=3, positions="none", pool="mean",
    ),
    Case(
        "llama-sliding", "llama-grouped", dict(r=4, lora_alpha=8, target_modules=r".*_proj"),
        waveform(32, 10, stride=16), labels=4, context="sliding", pool="mean",
        sounds=[(0.6, 4, 1), (1.0, 4, 1), (8.5, 4, 1), (4.0, 7, 2)],
    ),
    Case(
        "llama-sliding-last-logmel", "llama-plain",
        dict(r=4, lora_alpha=8, target_modules=["q_proj", "up_proj"], modules_to_save=["norm"]),
        logmel(120, 80, 48, 9, 3, 9), labels=6, context="sliding", task="multilabel", hidden=21,
        sounds=[(1.0, 2, 1), (5.4, 2, 1)],
    ),
    Case(
        "llama-wide-heads-full", "llama-wide-heads",
        dict(r=3, lora_alpha=6, target_modules="all-linear"),
        logmel(256, 200, 80, 20, 2, 13, rate=16000, f_min=50.0, f_max=7000.0), labels=11, over_head=True,
        attention="full", pool="mean", head_norm=True,
    ),
    Case(
        "llama-learned", "llama-wide-heads",
        dict(r=3, lora_alpha=6, target_modules=["k_proj", "v_proj", "down_proj"]),
        waveform(20, 64), labels=2, positions="learned", sounds=[(0.3, None, 1), (2.2, 16, 1)],
    ),
    Case(
        "gpt2-gelu-dora", "gpt2-gelu", dict(r=3, lora_alpha=5, target_modules="all-linear", use_dora=True),
        waveform(24, 11), labels=4, pool="mean",
    ),
    Case("qwen2", "qwen2", dict(r=2, lora_alpha=4, target_modules="all-linear"), waveform(24, 12), over_head=True),
    Case(
        "qwen3-dora", "qwen3",
        dict(r=3, lora_alpha=4, target_modules="all-linear", use_dora=True, use_rslora=True,
             modules_to_save=["q_norm", "k_norm"]),
        waveform(20, 9, stride=10), pool="mean",
    ),
    Case(
        "gpt-neox-lora-bias", "gpt-neox",
        dict(r=2, lora_alpha=3, target_modules="all-linear", lora_bias=True),
        waveform(24, 10), over_head=True,
    ),
    Case(
        "gpt-neox-sequential", "gpt-neox-sequential",
        dict(r=2, lora_alpha=3, target_modules="all-linear"), waveform(24, 10), context="sliding", pool="mean",
        sounds=[(0.6, 3, 1), (3.1, 3, 1)],
    ),
    Case(
        "gemma3", "gemma3",
        dict(r=2, lora_alpha=4, target_modules="all-linear",
             modules_to_save=["post_attention_layernorm", "q_norm", "norm"]),
        waveform(24, 11), over_head=True,
    ),
    Case(
        "gemma3-sliding", "gemma3", dict(r=2, lora_alpha=4, target_modules=["q_proj", "down_proj"]),
        waveform(24, 8), context="sliding", pool="mean", sounds=[(0.6, 3, 1), (3.1, 3, 1)],
    ),
    Case(
        "llama-sinks", "llama-grouped", dict(r=4, lora_alpha=8, target_modules=r".*_proj"),
        waveform(32, 10, stride=16), labels=4, context="sliding", pool="mean", sinks=3,
        sounds=[(0.6, 4, 1), (1.0, 4, 1), (8.5, 4, 1)],
    ),
    Case(
        "gpt2-sinks", "gpt2-odd", dict(r=4, lora_alpha=4, target_modules=["c_attn"]),
        waveform(24, 8), labels=5, positions="none", context="sliding", sinks=1, sounds=[(0.6, 3, 1), (5.7, 3, 1)],
    ),
    Case(
        "gemma3-sinks", "gemma3", dict(r=2, lora_alpha=4, target_modules=["q_proj", "down_proj"]),
        waveform(24, 8), context="sliding", pool="mean", sinks=2, sounds=[(0.6, 3, 1), (3.1, 3, 1)],
    ),
    Case(
        "opt", "opt", dict(r=2, lora_alpha=4, target_modules="all-linear", bias="all"), waveform(24, 10),
        over_head=True,
    ),
    Case(
        "mistral-ia3", "mistral", dict(target_modules=None), waveform(24, 12), ia3=True, over_head=True,
        pool="mean",
    ),
    Case(
        "opt-ia3", "opt",
        dict(target_modules=r".*(_proj|fc\d)", feedforward_modules=r".*\.(fc2|out_proj)"),
        waveform(24, 10), ia3=True, over_head=True,
    ),
    Case("gpt-neo", "gpt-neo", dict(r=2, lora_alpha=4, target_modules="all-linear"), waveform(24, 12)),
]
