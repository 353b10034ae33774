#!/usr/bin/env python3
"""Turns a llama2.c checkpoint into a Hugging Face folder of the Llama family.

    tools/convert/llama2c_to_hf.py stories260K.bin FOLDER

llama2.c rotates neighbouring elements of a head, Hugging Face an element of its first half with one of its second: the
rows of the query and key matrices change places accordingly.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import python_packages  # noqa: E402

python_packages.expect(sys.argv[0], "tools/convert/requirements.txt", only=("numpy", "safetensors"))
import numpy as np  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402

import llama2c  # noqa: E402


def halves(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows of each head from neighbouring pairs to halves: (0, 2, 4, ..., 1, 3, 5, ...)."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).transpose(0, 2, 1, 3).reshape(rows, columns)


def tensors(config: llama2c.Config, weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    result = {"model.embed_tokens.weight": weights["token_embedding"], "model.norm.weight": weights["rms_final"]}
    for layer in range(config.n_layers):
        block = f"model.layers.{layer}."
        result |= {
            block + "input_layernorm.weight": weights["rms_att"][layer],
            block + "self_attn.q_proj.weight": halves(weights["wq"][layer], config.n_heads),
            block + "self_attn.k_proj.weight": halves(weights["wk"][layer], config.n_kv_heads),
            block + "self_attn.v_proj.weight": weights["wv"][layer],
            block + "self_attn.o_proj.weight": weights["wo"][layer],
            block + "post_attention_layernorm.weight": weights["rms_ffn"][layer],
            block + "mlp.gate_proj.weight": weights["w1"][layer],
            block + "mlp.down_proj.weight": weights["w2"][layer],
            block + "mlp.up_proj.weight": weights["w3"][layer],
        }
    if not config.shares_classifier:
        result["lm_head.weight"] = weights["wcls"]
    return {name: np.ascontiguousarray(values) for name, values in result.items()}


def settings(config: llama2c.Config) -> dict:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": config.dim,
        "intermediate_size": config.hidden_dim,
        "num_hidden_layers": config.n_layers,
        "num_attention_heads": config.n_heads,
        "num_key_value_heads": config.n_kv_heads,
        "vocab_size": config.vocab_size,
        "max_position_embeddings": config.seq_len,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": config.shares_classifier,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "torch_dtype": "float32",
    }


def convert(source: Path, folder: Path) -> None:
    config, weights = llama2c.read(source)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors(config, weights), folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(settings(config), indent=2) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    try:
        convert(arguments.checkpoint, arguments.folder)
    except (OSError, ValueError) as error:
        print(f"llama2c_to_hf: {error}", file=sys.stderr)
        return 66 if isinstance(error, FileNotFoundError) else 65
    return 0


if __name__ == "__main__":
    sys.exit(main())
