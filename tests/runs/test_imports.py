"""A quicker start does not break what else is installed."""

import subprocess
import sys
import textwrap


def test_packages_are_not_found_while_libraries_load_and_can_be_imported_all_the_same(tmp_path):
    (tmp_path / "stand_in.py").write_text("import scipy.optimize\n")  # as scikit-learn and others do, without a look
    code = """
        import importlib.util, sys
        from workbench.runs.imports import OPTIONAL, absent, present_again
        with absent():
            import peft, trl
            from transformers import AutoModelForCausalLM, AutoTokenizer
            from trl import SFTTrainer
            assert not [name for name in OPTIONAL if sys.modules.get(name)]
            assert not importlib.util.find_spec("scipy") and not peft.import_utils.is_bnb_available()
            import stand_in
        present_again()
        assert importlib.util.find_spec("scipy") and peft.import_utils.is_bnb_available()
        import bitsandbytes
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
