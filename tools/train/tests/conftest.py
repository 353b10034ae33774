import sys
from pathlib import Path

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
torch.set_num_threads(1)


def make_base(folder: Path, family: str) -> Path:
    torch.manual_seed(1)
    if family == "llama":
        model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=64,
                hidden_size=32,
                intermediate_size=48,
                num_hidden_layers=2,
                num_attention_heads=4,
                num_key_value_heads=2,
                max_position_embeddings=64,
                initializer_range=0.2,
                tie_word_embeddings=True,
            )
        )
    else:
        model = GPT2LMHeadModel(
            GPT2Config(vocab_size=64, n_positions=64, n_embd=32, n_layer=2, n_head=4, initializer_range=0.2)
        )
    model.half().save_pretrained(folder)
    return folder


@pytest.fixture(scope="session", params=["llama", "gpt2"])
def base(request, tmp_path_factory) -> Path:
    return make_base(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="session")
def llama_base(tmp_path_factory) -> Path:
    return make_base(tmp_path_factory.mktemp("llama-only"), "llama")
