# Made by `python -m workbench._stubs`; a test compares.
from workbench import lessons as lessons
from workbench import metrics as metrics
from workbench import panels as panels
from workbench.bench import Bench as Bench
from workbench.bench import bench as bench
from workbench.bench import data_curve as data_curve
from workbench.bench import open_bench as open_bench
from workbench.bench.decide import decide as decide
from workbench.bench.decision import Decision as Decision
from workbench.bench.decision import open_decision as open_decision
from workbench.data.dataset import Dataset as Dataset
from workbench.data.dataset import load_dataset as load_dataset
from workbench.errors import DatasetError as DatasetError
from workbench.errors import GenerationError as GenerationError
from workbench.errors import InvalidInputError as InvalidInputError
from workbench.errors import ModelNotFoundError as ModelNotFoundError
from workbench.errors import Problem as Problem
from workbench.errors import RecipeError as RecipeError
from workbench.errors import RewardError as RewardError
from workbench.errors import RunBusyError as RunBusyError
from workbench.errors import RunError as RunError
from workbench.errors import RunNotFoundError as RunNotFoundError
from workbench.errors import RunNotLiveError as RunNotLiveError
from workbench.errors import WorkbenchError as WorkbenchError
from workbench.estimate import Estimate as Estimate
from workbench.estimate import estimate as estimate
from workbench.evaluation import Evaluation as Evaluation
from workbench.evaluation import Report as Report
from workbench.evaluation import attribute_failures as attribute_failures
from workbench.evaluation import evaluate as evaluate
from workbench.evaluation import evaluations as evaluations
from workbench.evaluation import groundedness as groundedness
from workbench.evaluation import judge_calls as judge_calls
from workbench.evaluation import judge_retrieval as judge_retrieval
from workbench.evaluation import open_evaluation as open_evaluation
from workbench.evaluation.clinic import ClinicJob as ClinicJob
from workbench.evaluation.clinic import RewardClinic as RewardClinic
from workbench.evaluation.clinic import open_clinic as open_clinic
from workbench.evaluation.clinic import reward_clinic as reward_clinic
from workbench.evaluation.guards import guard as guard
from workbench.evaluation.guards import plant_canaries as plant_canaries
from workbench.evaluation.influence import Influence as Influence
from workbench.evaluation.influence import InfluenceJob as InfluenceJob
from workbench.evaluation.influence import influence as influence
from workbench.evaluation.sampling import sample_pairs as sample_pairs
from workbench.models.system import System as System
from workbench.objectives.dpo import DPO as DPO
from workbench.objectives.grpo import GRPO as GRPO
from workbench.objectives.ppo.settings import PPO as PPO
from workbench.objectives.reward import Reward as Reward
from workbench.objectives.rloo import RLOO as RLOO
from workbench.objectives.scoring import score_replies as score_replies
from workbench.objectives.sft import SFT as SFT
from workbench.objectives.training import Training as Training
from workbench.recipe import Recipe as Recipe
from workbench.retrieval import build_index as build_index
from workbench.retrieval import gold_index as gold_index
from workbench.retrieval import open_index as open_index
from workbench.runs import Run as Run
from workbench.runs import generate as generate
from workbench.runs import launch as launch
from workbench.runs import open_run as open_run
from workbench.runs import runs as runs
from workbench.tuning.adapter import Adapter as Adapter
from workbench.tuning.full import Full as Full
from workbench.tuning.ia3 import IA3 as IA3
from workbench.tuning.lora import LoRA as LoRA
from workbench.tuning.prefix import PrefixTuning as PrefixTuning
from workbench.tuning.prompt import PromptTuning as PromptTuning
from workbench.tuning.qlora import QLoRA as QLoRA

__version__: str
__all__ = [
    "DPO",
    "GRPO",
    "IA3",
    "PPO",
    "RLOO",
    "SFT",
    "Adapter",
    "Bench",
    "ClinicJob",
    "Dataset",
    "DatasetError",
    "Decision",
    "Estimate",
    "Evaluation",
    "Full",
    "GenerationError",
    "Influence",
    "InfluenceJob",
    "InvalidInputError",
    "LoRA",
    "ModelNotFoundError",
    "PrefixTuning",
    "Problem",
    "PromptTuning",
    "QLoRA",
    "Recipe",
    "RecipeError",
    "Report",
    "Reward",
    "RewardClinic",
    "RewardError",
    "Run",
    "RunBusyError",
    "RunError",
    "RunNotFoundError",
    "RunNotLiveError",
    "System",
    "Training",
    "WorkbenchError",
    "attribute_failures",
    "bench",
    "build_index",
    "data_curve",
    "decide",
    "estimate",
    "evaluate",
    "evaluations",
    "generate",
    "gold_index",
    "groundedness",
    "guard",
    "influence",
    "judge_calls",
    "judge_retrieval",
    "launch",
    "lessons",
    "load_dataset",
    "metrics",
    "open_bench",
    "open_clinic",
    "open_decision",
    "open_evaluation",
    "open_index",
    "open_run",
    "panels",
    "plant_canaries",
    "reward_clinic",
    "runs",
    "sample_pairs",
    "score_replies",
]
