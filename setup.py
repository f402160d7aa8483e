"""The one thing pyproject.toml cannot say: how the kernel is compiled (see tools/wattloom_build.py)."""

import sys

sys.path.insert(0, "tools")

from setuptools import Extension, setup
from wattloom_build import BuildKernel

setup(
    ext_modules=[Extension("wattloom._kernel", ["src/wattloom/kernel.c", "src/wattloom/faults.c"])],
    cmdclass={"build_ext": BuildKernel},
)
