"""What PPO computes, as functions of tensors: advantages, whitening, divergences, clipped losses.

All have the shape ``(rows, tokens)``; a mask of the same shape is 1 where a token belongs to a reply. "N details"
is "The N Implementation Details of RLHF with PPO" (Huang et al. 2023),
huggingface.co/blog/the_n_implementation_details_of_rlhf_with_ppo;
"37 details" is "The 37 Implementation Details of Proximal Policy Optimization" (Huang et al. 2022),
iclr-blog-track.github.io/2022/03/25/ppo-implementation-details.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = [
    "KLController", "entropy_of", "explained_variance", "gae", "kl_estimate", "masked_mean", "policy_loss",
    "token_logps", "value_loss", "whiten",
]  # fmt: skip


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean over the tokens that the mask shows."""
    return (values * mask).sum() / mask.sum().clamp(min=1)


def whiten(values: Tensor, mask: Tensor, shift_mean: bool = True) -> Tensor:
    """Values divided by their standard deviation over the masked tokens; their mean taken off, or kept.

    With the unbiased variance, as torch has it. (N details: rewards keep their mean, advantages do not.)
    """
    mean = masked_mean(values, mask)
    count = mask.sum().clamp(min=2)
    variance = masked_mean((values - mean) ** 2, mask) * count / (count - 1)
    whitened = (values - mean) * torch.rsqrt(variance + 1e-8)
    return (whitened if shift_mean else whitened + mean) * mask


def token_logps(logits: Tensor, tokens: Tensor, temperature: float) -> Tensor:
    """The log-probability of each token, at the temperature that it was drawn with (N details)."""
    return (logits.float() / temperature).log_softmax(-1).gather(-1, tokens.unsqueeze(-1)).squeeze(-1)


def entropy_of(logits: Tensor, temperature: float) -> Tensor:
    """The entropy of the next token, in nats."""
    logps = (logits.float() / temperature).log_softmax(-1)
    return -(logps.exp() * logps).sum(-1)


def kl_estimate(logps: Tensor, reference: Tensor, estimator: str) -> Tensor:
    """An estimate of the divergence of the policy from the reference at each token that the policy drew.

    Parameters
    ----------
    estimator
        ``"k1"``: the log-ratio, right on average, with much noise, of either sign. ``"k2"``: half its square, biased.
        ``"k3"``: right on average and never below 0 (Schulman 2020, "Approximating KL divergence",
        joschu.net/blog/kl-approx.html).
    """
    log_ratio = logps - reference
    if estimator == "k1":
        return log_ratio
    if estimator == "k2":
        return log_ratio**2 / 2
    return torch.expm1(-log_ratio) + log_ratio


def gae(rewards: Tensor, values: Tensor, mask: Tensor, gamma: float, lam: float) -> tuple[Tensor, Tensor]:
    """Generalised advantage estimation (Schulman et al. 2015, arXiv 1506.02438), from the last token back.

    Parameters
    ----------
    rewards, values
        ``values[t]`` is what the value head expects before token ``t``; after the last token it is 0.

    Returns
    -------
    tuple of Tensor
        Advantages, and returns, which are what the values should have been.
    """
    advantages, last = torch.zeros_like(rewards), torch.zeros_like(rewards[:, 0])
    for t in range(rewards.shape[1] - 1, -1, -1):
        following = values[:, t + 1] * mask[:, t + 1] if t + 1 < rewards.shape[1] else torch.zeros_like(last)
        delta = rewards[:, t] + gamma * following - values[:, t]
        last = (delta + gamma * lam * last) * mask[:, t]
        advantages[:, t] = last
    return advantages, (advantages + values) * mask


def policy_loss(logps: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, clip: float) -> tuple[Tensor, Tensor]:
    """PPO's clipped loss (Schulman et al. 2017, arXiv 1707.06347, equation 7), and the share of tokens it clips.

    A token gains nothing from becoming more than ``1 + clip`` times as likely as it was when it was drawn, or less
    than ``1 - clip`` times.
    """
    ratio = (logps - old).exp()
    plain, clipped = -advantages * ratio, -advantages * ratio.clamp(1 - clip, 1 + clip)
    return masked_mean(torch.maximum(plain, clipped), mask), masked_mean((clipped > plain).float(), mask)


def value_loss(values: Tensor, old: Tensor, returns: Tensor, mask: Tensor, clip: float | None) -> Tensor:
    """Half the squared error of the values; with `clip` they earn nothing from moving further (37 details)."""
    if clip is None:
        return 0.5 * masked_mean((values - returns) ** 2, mask)
    near = old + (values - old).clamp(-clip, clip)
    return 0.5 * masked_mean(torch.maximum((values - returns) ** 2, (near - returns) ** 2), mask)


def explained_variance(values: Tensor, returns: Tensor, mask: Tensor) -> float:
    """How much of the returns the values foresaw: 1 is all, 0 no more than their mean does."""
    inside = mask.bool()
    spread = returns[inside].var(unbiased=False)
    return float(1 - (returns[inside] - values[inside]).var(unbiased=False) / spread) if spread > 1e-12 else 0.0


class KLController:
    """The weight of the divergence in the reward: fixed, or moved so that the divergence comes to a target.

    Ziegler et al. 2019, arXiv 1909.08593, section 2.2; the error is clipped to 0.2.

    Parameters
    ----------
    value
        The weight at the start.
    target
        The divergence wanted, in nats for each reply; None leaves the weight as it is.
    horizon
        After about so many replies the weight has moved by the error.
    """

    def __init__(self, value: float, target: float | None, horizon: int):
        self.value, self.target, self.horizon = value, target, horizon

    def update(self, kl: float, replies: int) -> None:
        """Take in the mean divergence of some replies."""
        if self.target is not None:
            error = min(max(kl / self.target - 1, -0.2), 0.2)
            self.value *= 1 + error * replies / self.horizon
