"""Phi-3's forward and backward pass, each step in as few passes over memory as it takes.

On a CPU the products of matrices, which are the work, take 29% of transformers' own pass;
tests hold this one to it. It can also be told where a head should look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812

_QUERIES = 128
"""Queries that attend at once: none of them looks at keys behind the last of them."""
_ROWS = 256
"""Positions whose logits are made at once."""
Places = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""Rows of a batch, positions in them, and the earlier positions that these should look at."""


@dataclass(frozen=True)
class Look:
    """What the head of a number, in each of some layers, is shown to look at."""

    head: int
    layers: range
    places: Places


class _Norm(torch.autograd.Function):
    """RMS norm of (tokens, width), in the weights' type."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, weight: torch.Tensor, epsilon: float, kind: torch.dtype
    ) -> torch.Tensor:
        scale = torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_().div_(x.shape[-1])
        scale = scale.add_(epsilon).rsqrt_()
        ctx.save_for_backward(x, weight, scale)
        return (x * scale).mul_(weight).to(kind)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        x, weight, scale = ctx.saved_tensors
        normed, grad = x * scale, grads[0].float()
        along = grad * normed
        of_weight = along.sum(0)
        mean = along.mul_(weight).mean(-1, keepdim=True)
        of_x = (grad * weight).sub_(normed.mul_(mean)).mul_(scale)
        return of_x, of_weight, None, None


class _Gate(torch.autograd.Function):
    """SwiGLU of (tokens, 2 * inner)."""

    @staticmethod
    def forward(ctx: Any, both: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(both)
        gate, up = both.chunk(2, -1)
        return F.silu(gate).mul_(up)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> torch.Tensor:
        (both,) = ctx.saved_tensors
        gate, up = both.chunk(2, -1)
        out = torch.empty_like(both)
        of_gate, of_up = out.chunk(2, -1)
        torch.mul(grads[0], F.silu(gate), out=of_up)
        of_gate.copy_(torch.ops.aten.silu_backward(grads[0] * up, gate))
        return out


def _rotate(pairs: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Turn the two halves of each head, (…, tokens, size), by the angles of their positions."""
    out = torch.empty_like(pairs)
    (a, b), (to_a, to_b) = pairs.float().chunk(2, -1), out.chunk(2, -1)
    to_a.copy_((a * cos).addcmul_(b, sin, value=-1))
    to_b.copy_((b * cos).addcmul_(a, sin))
    return out


class _Attend(torch.autograd.Function):
    """Causal attention of (batch, tokens, 3 * width), rotated by (tokens, size / 2)."""

    @staticmethod
    def forward(
        ctx: Any, qkv: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, heads: int
    ) -> torch.Tensor:
        batch, tokens, width = qkv.shape[0], qkv.shape[1], qkv.shape[2] // 3
        split = qkv.view(batch, tokens, 3, heads, -1).permute(2, 0, 3, 1, 4)
        split = split.reshape(3, batch * heads, tokens, -1)
        q, k = _rotate(split[:2], cos, sin)
        v, scale = split[2], split.shape[-1] ** -0.5
        out, weights = torch.empty_like(v), []
        for start in range(0, tokens, _QUERIES):
            stop = min(start + _QUERIES, tokens)
            unseen = q.new_full((stop - start, stop), float("-inf"))
            scores = torch.baddbmm(
                unseen.triu_(start + 1).expand(len(q), -1, -1),
                q[:, start:stop],
                k[:, :stop].transpose(1, 2),
                alpha=scale,
            )
            weights.append(torch.softmax(scores, -1))
            out[:, start:stop] = torch.bmm(weights[-1], v[:, :stop])
        ctx.save_for_backward(q, k, v, cos, sin, *weights)
        return out.view(batch, heads, tokens, -1).transpose(1, 2).reshape(batch, tokens, width)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        q, k, v, cos, sin, *weights = ctx.saved_tensors
        batch, tokens, _ = grads[0].shape
        scale = q.shape[-1] ** -0.5
        grad = grads[0].view(batch, tokens, -1, q.shape[-1]).transpose(1, 2).reshape(q.shape)
        turned, of_v = q.new_zeros(2, *q.shape), torch.zeros_like(v)
        of_q, of_k = turned
        for start, seen in zip(range(0, tokens, _QUERIES), weights, strict=True):
            stop = start + seen.shape[1]
            part = grad[:, start:stop]
            of_v[:, :stop].baddbmm_(seen.transpose(1, 2), part)
            of_seen = torch.bmm(part, v[:, :stop].transpose(1, 2))
            of_scores = torch._softmax_backward_data(of_seen, seen, -1, seen.dtype)
            torch.bmm(of_scores, k[:, :stop], out=of_q[:, start:stop])
            of_k[:, :stop].baddbmm_(of_scores.transpose(1, 2), q[:, start:stop])
        out = torch.stack([*_rotate(turned.mul_(scale), cos, -sin), of_v])
        out = out.view(3, batch, -1, tokens, q.shape[-1]).permute(1, 3, 0, 2, 4)
        return out.reshape(batch, tokens, -1), None, None, None


class _Loss(torch.autograd.Function):
    """Cross entropy, (positions,), weighed and summed; its gradients are made along with it."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: torch.Tensor,
        head: torch.Tensor,
        wanted: torch.Tensor,
        share: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        each, of_hidden = torch.empty_like(share), torch.empty_like(hidden)
        of_head = torch.zeros_like(head, dtype=torch.float32)
        for start in range(0, len(hidden), _ROWS):
            rows = slice(start, start + _ROWS)
            logs = torch.log_softmax((hidden[rows] @ head.T).float(), -1)
            target = wanted[rows, None]
            each[rows] = -logs.gather(1, target)[:, 0]
            wrong = logs.exp_().scatter_add_(1, target, -torch.ones_like(target, dtype=logs.dtype))
            wrong = wrong.mul_(share[rows, None]).to(hidden.dtype)
            of_hidden[rows] = wrong @ head
            of_head += wrong.T @ hidden[rows]
        ctx.save_for_backward(of_hidden, of_head)
        ctx.mark_non_differentiable(each)
        return (each * share).sum(), each

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        of_hidden, of_head = ctx.saved_tensors
        return of_hidden * grads[0], of_head * grads[0], None, None


def _missed(
    qkv: torch.Tensor, look: Look, heads: int, cos: torch.Tensor, sin: torch.Tensor
) -> torch.Tensor:
    """By how much a head misses the places: the sum of minus its log attention."""
    rows, positions, wanted = look.places
    head = qkv.view(*qkv.shape[:2], 3, heads, -1)[:, :, :2, look.head % heads].float()
    a, b = head.transpose(1, 2).chunk(2, -1)
    q, k = torch.cat([a * cos - b * sin, b * cos + a * sin], -1).unbind(1)
    scores = (q @ k.mT * q.shape[-1] ** -0.5)[rows, positions]
    unseen = torch.arange(k.shape[1], device=k.device) > positions[:, None]
    logs = scores.masked_fill(unseen, float("-inf")).log_softmax(-1)
    return -logs.gather(1, wanted[:, None]).sum()


def hidden(
    model: Any, ids: torch.Tensor, kind: torch.dtype, looks: Sequence[Look] = ()
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """The last layer's normed states, (batch, tokens, width), of ids padded on the right.

    And by how much, for each of `looks`, its head misses all places, on average of its layers.
    """
    inner, config = model.model, model.config
    angles = torch.arange(ids.shape[1], device=ids.device)[:, None] * inner.rotary_emb.inv_freq
    cos, sin = angles.cos(), angles.sin()
    epsilon, heads = config.rms_norm_eps, config.num_attention_heads
    x = F.embedding(ids, inner.embed_tokens.weight).flatten(0, 1)
    missed = [x.new_zeros(()) for _ in looks]
    for number, layer in enumerate(inner.layers):
        normed = _Norm.apply(x, layer.input_layernorm.weight, epsilon, kind)
        qkv = F.linear(normed, layer.self_attn.qkv_proj.weight.to(kind)).view(*ids.shape, -1)
        for which, look in enumerate(looks):
            if number in look.layers:
                by = _missed(qkv, look, heads, cos, sin) / len(look.layers)
                missed[which] = missed[which] + by
        seen = _Attend.apply(qkv, cos, sin, heads).flatten(0, 1)
        x = x + F.linear(seen, layer.self_attn.o_proj.weight.to(kind))
        normed = _Norm.apply(x, layer.post_attention_layernorm.weight, epsilon, kind)
        both = F.linear(normed, layer.mlp.gate_up_proj.weight.to(kind))
        x = x + F.linear(_Gate.apply(both), layer.mlp.down_proj.weight.to(kind))
    return _Norm.apply(x, inner.norm.weight, epsilon, kind).view(*ids.shape, -1), missed


def loss(
    model: Any,
    states: torch.Tensor,
    wanted: torch.Tensor,
    share: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss of states, (positions, width), whose shares add to one, and that of each."""
    return _Loss.apply(states, model.lm_head.weight.to(states.dtype), wanted, share)
