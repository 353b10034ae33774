"""`pretrain`: from raw text to a frozen base in Hugging Face layout."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import math
import time
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from . import ranks
from .arguments import COUNT, PART, RATE, SEED, SOME, WEIGHT, check_device, differing, whole
from .files import BASE, CSVLog, check_file, check_replaceable, load_json, save_json, save_torch, whole_folder
from .optim import Muon, Together, mixed_precision, trapezoid
from .readers import DataError
from .text import tokenize, train_tokenizer

COLUMNS = ["step", "tokens", "train_loss", "heldout_loss", "lr_factor", "tokens_per_second"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--text", type=Path, required=True, help="training text, UTF-8")
    parser.add_argument("--heldout", type=Path, required=True, help="text by other authors, for the reported loss")
    parser.add_argument("--run", type=Path, required=True, help="folder of checkpoint, token files and log.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder of the finished base")
    parser.add_argument("--family", choices=["llama", "gpt2"], default="llama")
    parser.add_argument("--layers", type=COUNT, default=6)
    parser.add_argument("--width", type=COUNT, default=256)
    parser.add_argument("--heads", type=COUNT, default=4)
    parser.add_argument("--intermediate", type=COUNT, default=None, help="default: 2.75 widths (llama), 4 (gpt2)")
    parser.add_argument("--context", type=whole(2), default=256)
    parser.add_argument("--vocabulary", type=whole(257, 65536), default=4096)
    parser.add_argument("--tokenizer-mb", type=RATE, default=12, help="megabytes that the tokenizer learns from")
    parser.add_argument("--text-mb", type=RATE, default=48, help="megabytes of the text, chosen at random, to read")
    parser.add_argument("--tokens", type=RATE, default=7e6, help="training tokens; may change when resuming")
    parser.add_argument(
        "--snapshots",
        metavar="TOKENS,...",
        help="also write the base as it is at these numbers of tokens, as OUT-TOKENS (3e5: OUT-300k)",
    )
    parser.add_argument("--batch", type=COUNT, default=16)
    parser.add_argument("--optimizer", choices=["muon", "adamw"], default="muon")
    parser.add_argument("--lr", type=RATE, default=3e-3, help="AdamW, and embeddings and norms under Muon")
    parser.add_argument("--muon-lr", type=RATE, default=5e-3)
    parser.add_argument("--weight-decay", type=WEIGHT, default=0.05)
    parser.add_argument("--warm-up", type=SOME, default=60, help="steps")
    parser.add_argument("--decay", type=PART, default=0.45, help="part of the steps over which the rate falls to 0")
    parser.add_argument("--checkpoint-seconds", type=WEIGHT, default=120)
    parser.add_argument("--seed", type=SEED, default=0)
    parser.add_argument("--threads", type=COUNT, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bf16", action="store_true", help="matrix products in bfloat16")
    parser.add_argument("--export-only", action="store_true", help="write the checkpoint as it is to --out and end")


def make_model(args: argparse.Namespace, vocabulary: int, end: int) -> torch.nn.Module:
    if args.family == "llama":
        inner = args.intermediate or -(-int(2.75 * args.width) // 32) * 32
        return LlamaForCausalLM(
            LlamaConfig(
                vocab_size=vocabulary,
                hidden_size=args.width,
                intermediate_size=inner,
                num_hidden_layers=args.layers,
                num_attention_heads=args.heads,
                num_key_value_heads=args.heads,
                max_position_embeddings=args.context,
                tie_word_embeddings=True,
                bos_token_id=end,
                eos_token_id=end,
                use_cache=False,
            )
        )
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=vocabulary,
            n_positions=args.context,
            n_embd=args.width,
            n_layer=args.layers,
            n_head=args.heads,
            n_inner=args.intermediate,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=end,
            eos_token_id=end,
            use_cache=False,
        )
    )


def make_optimizers(model: torch.nn.Module, args: argparse.Namespace) -> Together:
    def is_trunk_matrix(name: str, p: torch.Tensor) -> bool:
        return p.ndim == 2 and (".layers." in name or ".h." in name)

    matrices = [p for n, p in model.named_parameters() if is_trunk_matrix(n, p)]
    rest = [p for n, p in model.named_parameters() if not is_trunk_matrix(n, p)]
    adam = dict(lr=args.lr, betas=(0.9, 0.95), fused=True)
    if args.optimizer == "muon":
        return Together(
            Muon(matrices, lr=args.muon_lr, weight_decay=args.weight_decay, bf16=args.bf16),
            torch.optim.AdamW(rest, weight_decay=0.0, **adam),
        )
    groups = [dict(params=matrices, weight_decay=args.weight_decay), dict(params=rest, weight_decay=0.0)]
    return Together(torch.optim.AdamW(groups, **adam))


class Windows:
    """Non-overlapping windows of a token file, in a shuffled order that depends on seed and epoch alone."""

    def __init__(self, ids: np.ndarray, context: int, batch: int, seed: int):
        self.ids, self.context, self.batch, self.seed = ids, context, batch, seed
        self.count = (len(ids) - 1) // context
        self.steps = self.count // batch
        if self.steps < 1:
            raise SystemExit(f"{len(ids)} tokens of text do not fill one batch of {batch} x {context}")
        self.epoch, self.order = -1, np.empty(0, dtype=np.int64)

    def __getitem__(self, step: int) -> torch.Tensor:
        epoch, index = divmod(step, self.steps)
        if epoch != self.epoch:
            self.epoch, self.order = epoch, np.random.default_rng((self.seed, epoch)).permutation(self.count)
        rows = self.order[index * self.batch : (index + 1) * self.batch]
        data = [self.ids[r * self.context : (r + 1) * self.context] for r in rows]
        return torch.from_numpy(np.stack(data).astype(np.int64))


@torch.no_grad()
def heldout_loss(model: torch.nn.Module, ids: np.ndarray, context: int, windows: int, device: str) -> float:
    """Mean loss in nats a token over up to `windows` windows spread evenly over the held-out ids."""
    was_training = model.training
    model.eval()
    count = (len(ids) - 1) // context
    chosen = np.unique(np.linspace(0, count - 1, min(windows, count)).astype(np.int64))
    total, seen = 0.0, 0
    for i in range(0, len(chosen), 16):
        data = np.stack([ids[r * context : (r + 1) * context] for r in chosen[i : i + 16]]).astype(np.int64)
        batch = torch.from_numpy(data).to(device)
        total += model(input_ids=batch, labels=batch).loss.item() * len(batch)
        seen += len(batch)
    model.train(was_training)
    return total / seen


def export(model: torch.nn.Module, tokenizer: PreTrainedTokenizerFast, out: Path) -> None:
    """Writes the base as F16 safetensors with its tokenizer, in a folder that appears whole or not at all."""
    state = {k: v.detach().cpu().clone() for k, v in model.state_dict().items()}
    half = type(model)(model.config)
    half.load_state_dict(state)
    with whole_folder(out, BASE) as folder:
        half.half().save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def snapshot_steps(text: str | None, out: Path, per_step: int, start: int, total: int) -> dict[int, Path]:
    """The step at which each snapshot is due, and its folder. Of a resumed run those that lie behind are left out."""
    steps: dict[int, Path] = {}
    for word in text.split(",") if text else []:
        try:
            tokens = float(word)
        except ValueError:
            raise SystemExit(f"--snapshots: {word!r} is not a number of tokens") from None
        step = round(tokens / per_step)
        if not 1 <= step <= total:
            raise SystemExit(f"--snapshots: {word} tokens; expected {per_step} to {total * per_step}")
        short = next(f"{tokens / unit:g}{name}" for unit, name in ((1e6, "M"), (1e3, "k"), (1, "")) if tokens >= unit)
        if step > start:
            steps[step] = out.with_name(f"{out.name}-{short}")
        else:
            print(f"the snapshot at {word} tokens lies behind step {start}", flush=True)
    return steps


def read(args: argparse.Namespace, quiet: bool | None) -> tuple[PreTrainedTokenizerFast, np.ndarray, np.ndarray]:
    """The tokenizer, and the ids of the training and the held-out text, which are made if they are not there."""
    folder = args.run / "tokenizer"
    if not folder.exists():
        megabytes = min(args.tokenizer_mb, args.text.stat().st_size / 1e6)
        ranks.say(f"tokenizer: up to {args.vocabulary} tokens from {megabytes:.3g} MB")
        made = train_tokenizer(args.text, args.vocabulary, int(args.tokenizer_mb * 1e6), args.seed)
        with whole_folder(folder, BASE) as temporary:
            made.save_pretrained(temporary)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    train_ids = tokenize(args.text, tokenizer, args.run / "train.u16", int(args.text_mb * 1e6), args.seed, quiet)
    return tokenizer, train_ids, tokenize(args.heldout, tokenizer, args.run / "heldout.u16", 1 << 62, args.seed, quiet)


def settings(args: argparse.Namespace) -> dict[str, str]:
    """What must not change between the parts of a run: all options but those that change nothing of what is learned and those
    that it may be made longer or shorter by; and both texts, wherever they lie, by their sizes and how they begin."""
    free = {"run", "out", "threads", "device", "checkpoint_seconds", "snapshots", "export_only", "tokens", "decay"}
    values = {k: str(v) for k, v in sorted(vars(args).items()) if k not in {*free, "text", "heldout"}}
    for name in ("text", "heldout"):
        path = getattr(args, name)
        with open(path, "rb") as stream:
            values[name] = f"{path.stat().st_size} {hashlib.sha256(stream.read(1 << 20)).hexdigest()}"
    return values


def keep_settings(args: argparse.Namespace) -> None:
    """Refuses a run that was begun with other settings. They lie in its folder from the start: what the text was made into lies
    there before any checkpoint. A run that is older than this says nothing of them."""
    path, own = args.run / "settings.json", settings(args)
    if path.exists():
        if others := differing(own, load_json(path), add_arguments):
            raise DataError(f"{args.run} was begun with other settings: {', '.join(others)}; expected another --run for these")
    elif ranks.is_first():
        save_json(own, path)


def check(args: argparse.Namespace) -> None:
    """Refuses, before anything is made, what can't be read or would fail at the end."""
    for option, path in (("--text", args.text), ("--heldout", args.heldout)):
        check_file(option, path)
    even = args.family == "llama"
    if args.width % args.heads or even and args.width // args.heads % 2:
        what = "an even width for each head" if even else "a width for each head"
        raise DataError(f"--width {args.width}: divided among --heads {args.heads}; expected {what}, and nothing left over")
    if args.export_only and not (args.run / "checkpoint.pt").is_file():
        raise DataError(f"--export-only: there is no {args.run}/checkpoint.pt; expected the folder of a run that was begun")


def main(args: argparse.Namespace) -> None:
    check(args)
    # What a run that goes on has kept may be written meanwhile.
    with contextlib.nullcontext() if args.export_only else ranks.alone_in(args.run):
        make(args)


def make(args: argparse.Namespace) -> None:
    check_device(args.device)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    snapshots = snapshot_steps(args.snapshots, args.out, args.batch * args.context, 0, steps_of(args))
    for option, out in [("--out", args.out), *(("--snapshots", out) for out in snapshots.values())]:
        check_replaceable(option, out, BASE, {"--run": args.run, "--text": args.text, "--heldout": args.heldout})
    with ranks.one_first():
        keep_settings(args)
        tokenizer, train_ids, held_ids = read(args, quiet())
    windows = Windows(train_ids, args.context, args.batch, args.seed)
    if len(held_ids) <= args.context:
        short = f"{len(held_ids)} tokens do not fill one window of {args.context}"
        raise DataError(f"--heldout {args.heldout}: {short}; expected a longer text")
    ranks.say(f"{len(train_ids)} training tokens on disk, {len(held_ids)} held out")

    model = make_model(args, len(tokenizer), tokenizer.eos_token_id).to(args.device)
    optimizers = make_optimizers(model, args)
    start = 0
    if (saved := ranks.load(args.run / "checkpoint.pt", args.device)) is not None:
        try:
            model.load_state_dict(saved["model"])
            optimizers.load(saved["optimizers"])
            start = saved["step"]
        except (KeyError, TypeError, ValueError, RuntimeError):
            remedy = "expected another --run, or the options that it began with"
            raise DataError(f"{args.run}/checkpoint.pt: not of this model; {remedy}") from None
        ranks.say(f"resumed at step {start}")
    if args.export_only:
        if ranks.is_first():
            export(model, tokenizer, args.out)
            print(f"wrote {args.out} as of step {start}")
        return

    with ranks.Termination() as termination:
        learn(args, model, optimizers, tokenizer, windows, held_ids, start, termination)
    if not ranks.is_first():
        return
    export(model, tokenizer, args.out)
    reloaded = type(model).from_pretrained(args.out, dtype=torch.float32).to(args.device)
    final = heldout_loss(reloaded, held_ids, args.context, 1000, args.device)
    # A run that is asked to be shorter than it is already is written as it is.
    tokens, parameters = max(start, steps_of(args)) * args.batch * args.context, parameters_of(model)
    with open(args.run / "final.txt", "w", encoding="utf-8") as stream:
        stream.write(f"heldout_loss {final:.4f} nats a token, {tokens} tokens, {parameters} parameters\n")
    print(f"held-out loss of the saved F16 base: {final:.4f} nats a token", flush=True)


def quiet() -> bool | None:
    """Whether tqdm shows no bar; none: where there is no terminal."""
    return None if ranks.is_first() else True


def steps_of(args: argparse.Namespace) -> int:
    return max(1, round(args.tokens / (args.batch * args.context)))


def parameters_of(model: torch.nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def learn(
    args: argparse.Namespace,
    model: torch.nn.Module,
    optimizers: Together,
    tokenizer: PreTrainedTokenizerFast,
    windows: Windows,
    held_ids: np.ndarray,
    start: int,
    termination: ranks.Termination,
) -> None:
    """All steps from `start` on, with checkpoints, log and snapshots by the first process; SystemExit after a checkpoint
    where termination is asked for."""
    per_step, total = args.batch * args.context, steps_of(args)
    rows = ranks.rows(args.batch)
    among = f", {len(rows)} of {args.batch} windows in each of {ranks.count()} processes" if ranks.count() > 1 else ""
    ranks.say(f"{parameters_of(model)} parameters, {total} steps of {per_step} tokens{among}")
    snapshots = snapshot_steps(args.snapshots, args.out, per_step, start, total)
    log = CSVLog(args.run / "log.csv", COLUMNS, start) if ranks.is_first() else None

    model.train()
    forward = ranks.averaged(model)
    last_save = last_log = time.monotonic()
    losses: list[float] = []
    for step in tqdm(range(start, total), initial=start, total=total, desc="pretrain", disable=quiet()):
        factor = trapezoid(step, total, args.warm_up, args.decay)
        optimizers.scale(factor)
        batch = windows[step][rows.start : rows.stop].to(args.device)
        with mixed_precision(args.device, args.bf16):
            loss = forward(input_ids=batch, labels=batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizers.step()
        loss_there, asked = ranks.totals(loss.item(), termination.asked)
        losses.append(loss_there / ranks.count())
        done = step + 1
        if not math.isfinite(losses[-1]):
            raise SystemExit(f"loss is not finite at step {done}")
        if log is not None:
            if done % 20 == 0 or done == total:
                now = time.monotonic()
                held = heldout_loss(model, held_ids, args.context, 64, args.device) if done % 200 == 0 else float("nan")
                log.add(
                    step=done,
                    tokens=done * per_step,
                    train_loss=sum(losses) / len(losses),
                    heldout_loss=held if held == held else "",
                    lr_factor=factor,
                    tokens_per_second=len(losses) * per_step / (now - last_log),
                )
                losses, last_log = [], time.monotonic()
            if done in snapshots:
                export(model, tokenizer, snapshots[done])
                print(f"wrote {snapshots[done]}: {done * per_step} tokens", flush=True)
            if done == total or asked or time.monotonic() - last_save > args.checkpoint_seconds:
                state = {"model": model.state_dict(), "optimizers": optimizers.states(), "step": done}
                save_torch(state, args.run / "checkpoint.pt")
                last_save = time.monotonic()
        if asked and done < total:
            ranks.say(f"stopped at step {done} of {total}; run again to go on")
            raise SystemExit(termination.status)
