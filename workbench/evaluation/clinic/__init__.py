"""The reward clinic: is a reward any good, and fit to optimise against?"""

from workbench.evaluation.clinic.job import ClinicJob, open_clinic, reward_clinic
from workbench.evaluation.clinic.result import RewardClinic

__all__ = ["ClinicJob", "RewardClinic", "open_clinic", "reward_clinic"]
