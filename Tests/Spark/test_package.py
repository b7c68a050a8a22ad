# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Can the package be read by the oldest Python that it says it needs, and does it need nothing but Spark and pyarrow?"""

import ast
import pathlib
import sys

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "Spark"
FILES = sorted([*PACKAGE.glob("colonnade_spark/*.py"), *PACKAGE.glob("jobs/*.py")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_python_3_9_reads_it(path):
    tree = ast.parse(path.read_text(), feature_version=(3, 9))
    # Types in annotations are not looked at when it runs; elsewhere they would be.
    assert any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body) or not any(
        isinstance(node, (ast.FunctionDef, ast.AnnAssign)) for node in ast.walk(tree)
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_imports_nothing_else(path):
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    assert found <= {*sys.stdlib_module_names, "colonnade_spark", "pyarrow", "pyspark"}
