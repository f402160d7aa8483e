"""Build backend: setuptools plus one plain shared library, `_kernel.so`, compiled from kernel.c and faults.c.

The library is loaded with ctypes, so it needs neither Python's headers nor a compiler of its own: where the
machine has no C compiler, the build asks the package index for one (ziglang, a wheel that holds `zig cc`).
See docs/decisions/0001-compiled-kernel.md.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403  (a build backend re-exports setuptools' hooks)
from setuptools.command.build_ext import build_ext

# -ffp-contract=off and no -ffast-math: the same bits on every processor.
FLAGS = ["-shared", "-fPIC", "-O3", "-std=c11", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"]


def compiler() -> list[str]:
    """The command of a C compiler, or an empty list where there is none."""
    if os.environ.get("CC"):
        return os.environ["CC"].split()
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            return [name]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc"]
    return []


def get_requires_for_build_wheel(config_settings=None):
    needs = build_meta.get_requires_for_build_wheel(config_settings)
    return needs if compiler() else [*needs, "ziglang"]


get_requires_for_build_editable = get_requires_for_build_wheel


class BuildKernel(build_ext):
    """`build_ext` that compiles a plain shared library instead of a Python extension module."""

    def get_ext_filename(self, fullname: str) -> str:
        return fullname.replace(".", os.sep) + ".so"

    def build_extension(self, ext) -> None:
        target = Path(self.get_ext_fullpath(ext.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([*compiler(), *FLAGS, *ext.sources, "-o", str(target)], check=True)
