"""What a bridge says where its library is missing."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(("module", "install"), [("jax", "jax"), ("torch", "torch"), ("autograd", "autograd")])
def test_a_missing_library_is_named_with_what_to_install(module, install):
    code = f"import sys; sys.modules['{module}'] = None; import tracker.interop.{module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert f"pip install {install}" in done.stderr
    assert done.returncode == 1


def test_a_plain_import_and_the_package_of_bridges_import_no_other_library():
    code = "import sys, tracker, tracker.interop; assert not {'jax', 'torch', 'autograd'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)
