"""Proximal policy optimisation for language models: `ppo.py` is to be read, `losses.py` and `rollouts.py` beside it."""

from workbench.objectives.ppo.settings import PPO

__all__ = ["PPO"]
