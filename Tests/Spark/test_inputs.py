# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Is what cannot be read an error, and only what is no chunk file somebody else's work? Without a cluster."""

import os
import pathlib

import pytest
from colonnade_spark import CommandFailed, InputChanged, WrongUsage
from colonnade_spark.options import CommandLine
from colonnade_spark.parts import NOT_THERE
from colonnade_spark.places import absolute
from colonnade_spark.table_files import are_chunk_files, chunk_files, require_unchanged, table_files


@pytest.fixture
def folder(colonnade, tmp_path):
    """Two chunk files in good/, one of which is cut in damaged/, and what is none."""
    for name in "good", "damaged", "csvs", "empty":
        (tmp_path / name).mkdir()
    (tmp_path / "csvs/x.csv").write_text("a,b\n1,2\n")
    for name in "good/a", "good/b", "damaged/a":
        colonnade("convert", tmp_path / "csvs/x.csv", "-q", "-o", tmp_path / f"{name}.cln")
    whole = (tmp_path / "good/a.cln").read_bytes()
    (tmp_path / "damaged/b.cln").write_bytes(whole[: len(whole) // 2])
    colonnade("export", tmp_path / "csvs/x.csv", "--format", "arrow", "-o", tmp_path / "x.arrows")
    return tmp_path


def test_chunk_files(colonnade, folder):
    found = chunk_files(colonnade.path, [f"{folder}/good/", f"{folder}/damaged/a.cln"])
    assert [os.path.relpath(file.path, folder) for file in found] == ["good/a.cln", "good/b.cln", "damaged/a.cln"]


@pytest.mark.parametrize("name", ["csvs/x.csv", "csvs/", "csvs/*.csv", "x.arrows", "empty/"])
def test_what_is_no_chunk_file(colonnade, folder, name):
    assert chunk_files(colonnade.path, [f"{folder}/{name}"]) is None
    assert chunk_files(colonnade.path, [f"{folder}/good/", f"{folder}/{name}"]) is None


@pytest.mark.parametrize("name", ["damaged/", "damaged/b.cln", "absent.cln", "absent.csv", "absent/", "good/z*.cln"])
def test_what_cannot_be_read_is_an_error(colonnade, folder, name):
    """The driver must not begin a large work alone for it."""
    with pytest.raises(CommandFailed) as failed:
        chunk_files(colonnade.path, [f"{folder}/good/", f"{folder}/{name}"])
    assert failed.value.status == 2


def test_credentials_that_are_missing_are_an_error(colonnade, monkeypatch):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {"AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1", "HOME": "/nonexistent"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CommandFailed, match="credentials"):
        chunk_files(colonnade.path, ["s3://nobody/x/"])


def test_what_the_command_says_where_a_csv_is_expected(colonnade, folder):
    for name, expected in {"good/a.cln": True, "x.arrows": True, "absent.csv": False}.items():
        said = colonnade("csv", "scan", "--bytes", "0:0", "--", folder / name, expect=2).errors
        assert are_chunk_files(CommandFailed(["colonnade"], 2, said)) == expected


def test_what_the_command_says_of_a_manifest_and_of_parts_that_are_not_there(colonnade, folder):
    for words in (["export", f"{folder}/good/_manifest.cln"], ["inspect", "--files", f"{folder}/good/part-x-*.cln"]):
        assert NOT_THERE.match(colonnade(*words, expect=2).errors)
    assert not NOT_THERE.match(colonnade("export", folder / "damaged/b.cln", expect=2).errors)


def test_a_file_that_was_replaced(colonnade, folder):
    inputs = [f"{folder}/good/"]
    before = table_files(colonnade.path, inputs)
    require_unchanged(colonnade.path, inputs, before)
    (folder / "csvs/x.csv").write_text("a,b\n1,3\n")
    colonnade("convert", folder / "csvs/x.csv", "-q", "-o", folder / "good/b.cln")
    with pytest.raises(InputChanged, match="good/b.cln"):
        require_unchanged(colonnade.path, inputs, before)


@pytest.mark.parametrize("path", ["s3a://bucket/x", "s3n://bucket/x", "hdfs://host:9000/x", "file:///x", "file:/x", "s3:/bucket/x", "wasbs://a@b/x"])
def test_addresses_of_other_stores_are_no_local_names(path):
    with pytest.raises(WrongUsage, match="s3://"):
        absolute(path)
    with pytest.raises(WrongUsage):
        CommandLine.called([path], {}).for_tasks()


def test_paths_and_addresses(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    here = pathlib.Path.cwd()
    for path in "s3://bucket/x", "-", "/x/y":
        assert absolute(path) == path
    assert absolute("x/") == f"{here}/x/" and absolute("./s3a:/x") == f"{here}/s3a:/x" and absolute("a:b") == f"{here}/a:b"
