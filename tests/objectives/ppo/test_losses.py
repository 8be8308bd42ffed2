"""What PPO computes, against numbers by hand, against NumPy written anew, and against finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.objectives.ppo import losses

# By hand


def test_advantages_by_hand():
    """Three tokens, a score of 1 at the end: delta_t = r_t + v_{t+1} - v_t, A_t = delta_t + 0.5 A_{t+1}."""
    rewards, values = torch.tensor([[0.0, -0.1, 1.0]]), torch.tensor([[0.5, 0.2, 0.4]])
    advantages, returns = losses.gae(rewards, values, torch.ones(1, 3), gamma=1.0, lam=0.5)
    third = 1.0 - 0.4
    second = (-0.1 + 0.4 - 0.2) + 0.5 * third
    first = (0.0 + 0.2 - 0.5) + 0.5 * second
    torch.testing.assert_close(advantages, torch.tensor([[first, second, third]]))
    torch.testing.assert_close(returns, torch.tensor([[first + 0.5, second + 0.2, third + 0.4]]))


def test_with_lambda_one_the_return_is_the_sum_of_rewards_and_with_zero_one_step_ahead():
    rewards, values, mask = torch.tensor([[0.3, -0.2, 2.0]]), torch.tensor([[0.1, 0.7, 0.9]]), torch.ones(1, 3)
    _, returns = losses.gae(rewards, values, mask, 1.0, 1.0)
    torch.testing.assert_close(returns, torch.tensor([[2.1, 1.8, 2.0]]))
    advantages, _ = losses.gae(rewards, values, mask, 0.9, 0.0)
    torch.testing.assert_close(advantages, torch.tensor([[0.3 + 0.63 - 0.1, -0.2 + 0.81 - 0.7, 2.0 - 0.9]]))


def test_divergences_by_hand():
    logps, reference = torch.tensor([-1.0, -2.0]), torch.tensor([-1.5, -1.0])
    assert losses.kl_estimate(logps, reference, "k1").tolist() == [0.5, -1.0]
    assert losses.kl_estimate(logps, reference, "k2").tolist() == [0.125, 0.5]
    k3 = [math.exp(-0.5) - 1 + 0.5, math.exp(1.0) - 1 - 1.0]
    assert losses.kl_estimate(logps, reference, "k3").tolist() == pytest.approx(k3, rel=1e-6)


def test_k1_and_k3_are_right_on_average():
    policy, start = torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.3, 0.3, 0.4])
    true = float((policy * (policy / start).log()).sum())
    drawn = torch.multinomial(policy, 200_000, replacement=True, generator=torch.Generator().manual_seed(0))
    found = {name: losses.kl_estimate(policy.log()[drawn], start.log()[drawn], name) for name in ("k1", "k3")}
    for values in found.values():
        assert float(values.mean()) == pytest.approx(true, abs=4 * float(values.std()) / math.sqrt(len(values)))
    assert float(found["k3"].min()) >= 0 > float(found["k1"].min())


def test_the_policy_loss_by_hand():
    """Ratios of 1.5, 0.5, 1.1 and 0.5, and the clip at 0.2: the gain stops at 1.2, the loss of a bad move does not."""
    ratio = torch.tensor([[1.5, 0.5, 1.1, 0.5]])
    advantages = torch.tensor([[1.0, 1.0, 1.0, -1.0]])
    loss, clipped = losses.policy_loss(ratio.log(), torch.zeros(1, 4), advantages, torch.ones(1, 4), 0.2)
    assert float(loss) == pytest.approx((-1.2 - 0.5 - 1.1 + 0.8) / 4)
    assert float(clipped) == pytest.approx(2 / 4)


def test_the_value_loss_by_hand():
    """A value that moved beyond the clip is judged by the worse of where it is and where the clip would have it."""
    values, old, returns = torch.tensor([[1.0, 0.1]]), torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 1.0]])
    loss = losses.value_loss(values, old, returns, torch.ones(1, 2), 0.2)
    assert float(loss) == pytest.approx(0.5 * (0.8**2 + 0.9**2) / 2)


def test_the_controller_by_hand():
    kl = losses.KLController(0.1, 6.0, 10_000)
    kl.update(12.0, 1000)  # error 1, clipped to 0.2
    assert kl.value == pytest.approx(0.1 * 1.02)
    kl.update(5.4, 1000)  # error -0.1
    assert kl.value == pytest.approx(0.1 * 1.02 * 0.99)
    fixed = losses.KLController(0.1, None, 10_000)
    fixed.update(100.0, 1000)
    assert fixed.value == 0.1


def test_entropy_and_log_probabilities_are_of_the_temperature():
    logits = torch.tensor([[2.0, 0.0, -1.0]])
    plain = np.exp(np.array([2.0, 0.0, -1.0]) / 0.5)
    plain /= plain.sum()
    assert float(losses.entropy_of(logits, 0.5)) == pytest.approx(-(plain * np.log(plain)).sum(), rel=1e-5)
    assert float(losses.token_logps(logits, torch.tensor([1]), 0.5)) == pytest.approx(math.log(plain[1]), rel=1e-5)


# Written anew in NumPy

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 6))


@st.composite
def batches(draw):
    rows, tokens = draw(SHAPES)
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    lengths = rng.integers(1, tokens + 1, rows)
    mask = (np.arange(tokens) < lengths[:, None]).astype(np.float64)
    return mask, [rng.normal(size=(rows, tokens)) * mask for _ in range(4)]


def as_torch(*arrays):
    return [torch.tensor(array, dtype=torch.float64) for array in arrays]


@settings(deadline=None, max_examples=60)
@given(batches(), st.floats(0, 1), st.floats(0, 1))
def test_advantages_equal_the_double_sum(batch, gamma, lam):
    """A_t = sum over l of (gamma lambda)^l delta_{t+l}, row by row, without any recursion."""
    mask, (rewards, values, *_) = batch
    wanted = np.zeros_like(rewards)
    for row in range(len(mask)):
        count = int(mask[row].sum())
        padded = [*values[row][:count], 0.0]
        deltas = [rewards[row][t] + gamma * padded[t + 1] - padded[t] for t in range(count)]
        for t in range(count):
            wanted[row, t] = sum((gamma * lam) ** (later - t) * deltas[later] for later in range(t, count))
    advantages, returns = losses.gae(*as_torch(rewards, values, mask), gamma, lam)
    np.testing.assert_allclose(advantages.numpy(), wanted, atol=1e-9)
    np.testing.assert_allclose(returns.numpy(), (wanted + values) * mask, atol=1e-9)


@settings(deadline=None, max_examples=60)
@given(batches(), st.booleans())
def test_whitening_equals_numpy(batch, shift):
    mask, (values, *_) = batch
    inside = values[mask > 0]
    if len(inside) < 2:
        return
    wanted = (values - inside.mean()) / np.sqrt(inside.var(ddof=1) + 1e-8)
    wanted = (wanted if shift else wanted + inside.mean()) * mask
    np.testing.assert_allclose(losses.whiten(*as_torch(values, mask), shift).numpy(), wanted, atol=1e-8)


@settings(deadline=None, max_examples=60)
@given(batches(), st.floats(0.05, 0.5))
def test_losses_equal_numpy(batch, clip):
    mask, (logps, old, advantages, returns) = batch
    ratio = np.exp(logps - old)
    gain = np.minimum(ratio * advantages, np.clip(ratio, 1 - clip, 1 + clip) * advantages)
    found, clipped = losses.policy_loss(*as_torch(logps, old, advantages, mask), clip)
    assert float(found) == pytest.approx(-(gain * mask).sum() / mask.sum(), abs=1e-9)
    assert 0 <= float(clipped) <= 1
    near = old + np.clip(logps - old, -clip, clip)
    worst = np.maximum((logps - returns) ** 2, (near - returns) ** 2)
    of_values = losses.value_loss(*as_torch(logps, old, returns, mask), clip)
    assert float(of_values) == pytest.approx(0.5 * (worst * mask).sum() / mask.sum(), abs=1e-9)


# Finite differences, on a policy of two tokens


@pytest.mark.parametrize("part", ["policy", "values", "entropy"])
def test_gradients_equal_finite_differences(part):
    """Two replies of two tokens over a vocabulary of two: four logits for the policy, two weights for the values."""
    tokens = torch.tensor([[0, 1], [1, 1]])
    old = torch.tensor([[-0.6, -0.8], [-0.7, -0.5]], dtype=torch.float64)
    advantages = torch.tensor([[1.0, -0.5], [0.3, -1.2]], dtype=torch.float64)
    mask = torch.ones(2, 2, dtype=torch.float64)

    def loss(weights):
        logits = weights[:4].view(1, 2, 2).expand(2, 2, 2)
        logps = (logits / 0.9).log_softmax(-1).gather(-1, tokens.unsqueeze(-1)).squeeze(-1)
        if part == "policy":
            return losses.policy_loss(logps, old, advantages, mask, 0.2)[0]
        if part == "values":
            values = weights[4:].view(1, 2).expand(2, 2)
            return losses.value_loss(values, values.detach() * 0 + 0.1, advantages, mask, 0.2)
        chances = (logits / 0.9).softmax(-1)
        return -losses.masked_mean(-(chances * chances.log()).sum(-1), mask)

    weights = torch.tensor([0.3, -0.2, 0.5, 0.1, 0.15, 0.4], dtype=torch.float64, requires_grad=True)
    loss(weights).backward()
    step = 1e-6
    for at in range(len(weights)):
        move = torch.zeros_like(weights)
        move[at] = step
        with torch.no_grad():
            slope = (loss(weights + move) - loss(weights - move)) / (2 * step)
        assert float(weights.grad[at]) == pytest.approx(float(slope), abs=1e-7)
