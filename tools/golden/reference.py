"""What a converted model must compute: the unfused PEFT model of transformers, fed through `inputs_embeds`.

Written from the contract, plainly, one window at a time and without a cache, so that it shares no idea with the engine.
"""

from pathlib import Path

import numpy as np
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AttentionInterface, AutoModelForCausalLM

from bases import BARE, BASES, WITH_HEAD


def load(kind, folder: Path):
    """In float32; transformers would fill what it does not find with random numbers, so nothing may be missing."""
    model, found = kind.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    missing = set(found["missing_keys"]) - {"lm_head.weight", "embed_out.weight"}
    assert not missing and not found["mismatched_keys"], f"{folder}: {found}"
    return model


class Unrotated(torch.nn.Module):
    """In place of Llama's rotary embedding: cosine 1, sine 0."""

    def forward(self, x, position_ids):
        shape = (*position_ids.shape, self.head_dim)
        return torch.ones(shape, dtype=x.dtype), torch.zeros(shape, dtype=x.dtype)


class Reference:
    def __init__(self, case, base_folder: Path, adapter_folder: Path, dtype=torch.float32):
        self.case = case
        self.family = BASES[case.base].family
        around = load_file(adapter_folder / "tacit.safetensors")
        self.around = {name: tensor.to(dtype) for name, tensor in around.items()}
        model = load((WITH_HEAD if case.over_head else BARE)[self.family], base_folder)
        # As a user loads it: what PEFT did not save is not there.
        model = PeftModel.from_pretrained(model, adapter_folder).eval().to(dtype)
        model = model.base_model.model
        if case.over_head:
            model = model.base_model
        self.trunk = model
        if case.positions != "base":
            if self.family == "gpt2":
                self.trunk.wpe.weight.data.zero_()
            else:
                rotary = Unrotated()
                rotary.head_dim = self.trunk.config.head_dim
                self.trunk.rotary_emb = rotary
        self.dtype = dtype
        self.window = case.window
        if case.sinks:
            AttentionInterface.register(f"{case.name} {dtype}", self.attended)
            self.trunk.set_attn_implementation(f"{case.name} {dtype}")

    def embedded(self, patches: np.ndarray) -> torch.Tensor:
        """[patches, d] as the trunk takes them: of patches of numbers, or of ids [patches, codebooks]."""
        w = self.around
        if "codebook.0.weight" in w:
            return sum(w[f"codebook.{n}.weight"][torch.from_numpy(column)] for n, column in enumerate(patches.T))
        x = torch.from_numpy(patches).to(self.dtype)
        if "patch.hidden.weight" in w:
            x = torch.nn.functional.linear(x, w["patch.hidden.weight"], w["patch.hidden.bias"])
            x = torch.nn.functional.gelu(x, approximate="tanh")
        return torch.nn.functional.linear(x, w["patch.weight"], w["patch.bias"])

    @torch.no_grad()
    def trunk_output(self, patches: np.ndarray) -> torch.Tensor:
        """[patches, d] after the final norm, for one context."""
        x = self.embedded(patches)
        if self.case.positions == "learned":
            x = x + self.around["positions.weight"][: len(x)]
        if self.case.sinks:
            x = torch.cat([self.around["sinks.weight"], x])
        count = len(x)
        query, key = torch.arange(count)[:, None], torch.arange(count)[None, :]
        if self.case.attention == "full":
            seen = torch.ones(count, count, dtype=torch.bool)
        else:
            seen = key <= query
        if self.case.context == "sliding":
            seen &= key > query - self.window
        mask = self.masks(seen, query - key)
        places = {}
        if self.family == "gpt2" and self.case.positions != "base":
            # The table is zero here, but may have fewer rows than there are patches.
            places["position_ids"] = torch.zeros(1, count, dtype=torch.long)
        if self.family == "opt":
            # It would count them by a mask of padding.
            places["position_ids"] = torch.arange(count)[None]
        output = self.trunk(inputs_embeds=x[None], attention_mask=mask, use_cache=False, **places)
        return output.last_hidden_state[0, self.case.sinks :]

    def attended(self, module, query, key, value, attention_mask, scaling, **_):
        """Attention over sinks and patches, which come rotated by their places. Where a patch's window has left the stream's
        beginning behind, the sinks' keys follow it, so that they stand just before the oldest patch that it sees."""
        key, value = (x.repeat_interleave(query.shape[1] // x.shape[1], 1)[0] for x in (key, value))
        query, sinks = query[0], self.case.sinks
        window = min(self.window, getattr(module, "sliding_window", None) or self.window)
        rows = []
        for place in range(query.shape[1]):
            moved = key.clone()
            if self.family != "gpt2":
                kind = getattr(module, "layer_type", None)
                steps = getattr(self.trunk.rotary_emb, f"{kind}_inv_freq" if kind else "inv_freq")
                angles = max(0, place - sinks - (window - 1)) * torch.cat([steps, steps]).to(self.dtype)
                a, b = key[:, :sinks].chunk(2, -1)
                moved[:, :sinks] = key[:, :sinks] * angles.cos() + torch.cat([-b, a], -1) * angles.sin()
            scores = (moved @ query[:, place, :, None])[..., 0] * scaling + attention_mask[0, 0, place]
            rows.append((scores.softmax(-1)[:, None] @ value)[:, 0])
        return torch.stack(rows)[None], None

    def masks(self, seen: torch.Tensor, distance: torch.Tensor):
        """What is added to scores. transformers makes the masks of local layers only where it makes all of them, so that
        here they are made too; but GPT-Neo's, which knows its own."""
        def added(seen):
            seen = seen.clone()
            seen[self.case.sinks :, : self.case.sinks] = True
            return torch.zeros(seen.shape, dtype=self.dtype).masked_fill(~seen, torch.finfo(self.dtype).min)[None, None]

        config = self.trunk.config
        local = getattr(config, "sliding_window", None)
        if not local:
            return added(seen)
        near = seen & (distance < local)
        if self.family == "mistral":
            return added(near)
        return {"full_attention": added(seen), "sliding_attention": added(near)}

    @torch.no_grad()
    def read_out(self, output: torch.Tensor) -> dict[str, np.ndarray]:
        """Of the trunk's output over one window."""
        x = output[-1] if self.case.pool == "last" else output.mean(dim=0)
        w = self.around
        if "head.norm.weight" in w:
            x = torch.nn.functional.layer_norm(x, x.shape, w["head.norm.weight"], w["head.norm.bias"], 1e-5)
        logits = torch.nn.functional.linear(x, w["head.weight"], w["head.bias"])
        scores = logits.softmax(-1) if self.case.task == "multiclass" else logits.sigmoid()
        return {"logits": logits.numpy(), "scores": scores.numpy(), "embedding": x.numpy()}

    def windows(self, patches: np.ndarray, spans: list[tuple[int, int]]) -> list[dict[str, np.ndarray]]:
        if self.case.context == "sliding":
            output = self.trunk_output(patches)
            return [self.read_out(output[first:end]) for first, end in spans]
        return [self.read_out(self.trunk_output(patches[first:end])) for first, end in spans]


@torch.no_grad()
def token_outputs(folder: Path, ids: list[int], dtype=torch.float32) -> torch.Tensor:
    """[tokens, d] after the final norm of a bare base with its own embeddings and positions."""
    # Through the model with a head: where embeddings are tied, they may be saved under the head's name alone.
    model = load(AutoModelForCausalLM, folder).base_model.eval().to(dtype)
    return model(input_ids=torch.tensor([ids]), use_cache=False).last_hidden_state[0]
