# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong with the input: exit 2 and a message with its place, never a trap or a wrong answer."""

import subprocess

import pytest
from conftest import COVID

PUBLISHED = COVID / "brazil_covid19.csv"
SUMS = ["--by", "date,state", "--agg", "sum(cases), sum(deaths)"]


def test_missing_file(colonnade, tmp_path):
    (tmp_path / "cities.csv").write_text("a,b\n1,2\n")
    for arguments in (["convert", "citeis.csv", "-o", "o.cln"], ["agg", "citeis.csv", *SUMS], ["inspect", "citeis.csv"]):
        run = colonnade(*arguments, expect=2, cwd=tmp_path)
        assert "citeis.csv" in run.errors and "cities.csv" in run.errors
    colonnade("cmp", "cities.csv", "nothing.csv", "--on", "a", expect=2, cwd=tmp_path)


@pytest.mark.parametrize("address", ["S3://bucket/x.csv", "s3:/bucket/x.csv", "s3a://bucket/x.csv"])
def test_an_address_that_is_not_quite_one_is_said_how_to_write(colonnade, tmp_path, address):
    (tmp_path / "a.csv").write_text("a\n1\n")
    for arguments in (["head", address], ["convert", "a.csv", "-o", f"{address}.cln"]):
        assert "s3://BUCKET/KEY" in colonnade(*arguments, expect=2, cwd=tmp_path).errors


def test_folder_without_inputs(colonnade, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    run = colonnade("convert", folder, "-o", tmp_path / "out.cln", expect=2)
    assert str(folder) in run.errors
    run = colonnade("agg", folder, *SUMS, expect=2)
    assert str(folder) in run.errors


def test_folder_of_inputs_is_their_rows_one_after_the_other(colonnade, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "b.csv").write_text("k,v\nx,3\n")
    (folder / "a.csv").write_text("k,v\nx,1\ny,2\n")
    assert colonnade("agg", folder, "--by", "k", "--agg", "sum(v)").text == "k,v\nx,4\ny,2\n"
    colonnade("convert", folder, "-o", tmp_path / "out.cln")
    assert colonnade("head", tmp_path / "out.cln").text == "k,v\nx,1\ny,2\nx,3\n"


def test_binary_file(colonnade, tmp_path, seeded):
    for name in ("noise.bin", "noise.csv"):
        (tmp_path / name).write_bytes(seeded.randbytes(20_000))
        run = colonnade("convert", tmp_path / name, "-o", tmp_path / "out.cln", expect=2)
        assert name in run.errors
    program = tmp_path / "program.csv"
    program.write_bytes(open(colonnade.path, "rb").read()[:300_000])
    colonnade("convert", program, "-o", tmp_path / "out.cln", expect=2)
    assert not (tmp_path / "out.cln").exists()


def test_name_ending_in_cln_without_its_magic(colonnade, tmp_path):
    for content in (b"", b"a,b\n1,2\n", b"CLN"):
        (tmp_path / "x.cln").write_bytes(content)
        for arguments in (["agg", "x.cln", *SUMS], ["inspect", "x.cln"], ["verify", "x.cln"], ["head", "x.cln"]):
            run = colonnade(*arguments, expect=2, cwd=tmp_path)
            assert "x.cln" in run.errors + run.text


@pytest.mark.parametrize("form", ["csv", "cln"])
def test_unknown_columns(colonnade, covid, form):
    source = covid[form]
    for arguments, near in [
        (["agg", source, "--by", "dat,state", "--agg", "sum(cases)"], "date"),
        (["agg", source, "--by", "date", "--agg", "sum(casse)"], "cases"),
        (["cmp", source, PUBLISHED, "--on", "date,stat"], "state"),
        (["cmp", PUBLISHED, PUBLISHED, "--on", "date,state", "--columns", "caes"], "cases"),
    ]:
        assert near in colonnade(*arguments, expect=2).errors


def test_wrong_usage(colonnade, covid):
    source = covid["cln"]
    for arguments in (
        ["nonsense"],
        ["agg", source, "--nonsense"],
        ["agg", source, "--by", "date", "--agg", "sum(cases"],
        ["agg", source, "--by", "date", "--agg", "summ(cases)"],
        ["agg", source, *SUMS, "--order-by", "region"],
        ["agg", source, *SUMS, "--threads", "many"],
        ["agg", source, *SUMS, "--format", "xml"],
        ["agg", source, *SUMS, "--limit", "-3"],
        ["cmp", source],
        ["convert", source],
        ["convert", "-o", "out.cln"],
    ):
        assert colonnade(*arguments, expect=64).errors


def test_conditions_without_quotes_are_told_as_such(colonnade, covid):
    """The shell makes several words of them; those that are left over stand where inputs do."""
    for arguments, word in (
        (["--agg", "sum(cases)", "--where", "state", "=", "SP"], "'='"),
        (["--by", "state", "--agg", "sum(cases)", "--order-by", "cases", "desc"], "'desc'"),
    ):
        errors = colonnade("agg", covid["cln"], *arguments, expect=64).errors
        assert word in errors and "into quotes" in errors


def test_empty_and_header_only_files(colonnade, tmp_path):
    empty, header = tmp_path / "empty.csv", tmp_path / "header.csv"
    empty.write_bytes(b"")
    header.write_bytes(b"date,state,cases,deaths\r\n")
    for source in (empty, header):
        out = source.with_suffix(".cln")
        colonnade("convert", source, "-o", out)
        for work in ("verify", "inspect", "head"):
            colonnade(work, out)
        exported = tmp_path / "exported.csv"
        colonnade("export", out, "-o", exported)
        assert exported.read_text().split() == source.read_text().split()
    for source in (header, header.with_suffix(".cln")):
        run = colonnade("agg", source, "--by", "date,state", "--agg", "sum(cases), count(*) as n")
        assert run.text == "date,state,cases,n\n"
        colonnade("cmp", source, header, "--on", "date,state")


def test_short_rows_are_told_and_under_strict_refused(colonnade, tmp_path):
    """CD-10."""
    source = tmp_path / "ragged.csv"
    source.write_text("a,b\n1,2\n3\n")
    run = colonnade("convert", source, "-o", tmp_path / "out.cln")
    assert "warning: 1 row has fewer fields" in run.errors and "row 2" in run.errors
    assert colonnade("export", tmp_path / "out.cln").text == "a,b\n1,2\n3,\n"
    (tmp_path / "out.cln").unlink()
    run = colonnade("convert", source, "-o", tmp_path / "out.cln", "--strict", expect=2)
    assert "ragged.csv: row 2, line 3, byte 8" in run.errors and "1 field" in run.errors
    assert not (tmp_path / "out.cln").exists()


def test_rows_with_a_field_too_many_are_refused(colonnade, tmp_path):
    """CD-12."""
    source = tmp_path / "ragged.csv"
    source.write_text("a,b\n1,2\n3,4,5\n6,7\n")
    run = colonnade("convert", source, "-o", tmp_path / "out.cln", expect=2)
    assert "ragged.csv: row 2, line 3, byte 8" in run.errors and '"3,4,5"' in run.errors
    assert not (tmp_path / "out.cln").exists()


@pytest.fixture(scope="module")
def small(tmp_path_factory, colonnade):
    """A small file with every type, and the right answer of a sum over it."""
    folder = tmp_path_factory.mktemp("small")
    source, chunks = folder / "small.csv", folder / "small.cln"
    rows = [
        f"{2000 + i % 9}-01-02,{'xyz'[i % 3] * 3},note {i * i},{i * 37 % 1000},{i % 100}.{i % 7}5,{i}e-3,{'true' if i % 2 else 'false'}"
        for i in range(3000)
    ]
    source.write_text("\n".join(["day,key,note,whole,part,real,flag", *rows]) + "\n")
    colonnade("convert", source, "-o", chunks)
    return chunks


ASKED = ["--by", "day,key,flag", "--agg", "sum(whole) as a, sum(part) as b, sum(real) as c, max(note) as d"]


def check_damaged(colonnade, path, right, note):
    run = colonnade("verify", path, expect=2)
    assert run.errors or run.text, note
    # One that does not touch the damaged part may answer; then it must be right.
    run = subprocess.run([colonnade.path, "agg", path, *ASKED], capture_output=True, timeout=60)
    assert run.returncode in (0, 2), f"{note}: {run.returncode} {run.stderr[-500:]}"
    assert run.returncode == 2 or run.stdout == right, f"{note}: another answer"
    for work in ("inspect", "head"):
        run = subprocess.run([colonnade.path, work, path], capture_output=True, timeout=60)
        assert run.returncode in (0, 2), f"{note}, {work}: {run.returncode} {run.stderr[-500:]}"


def test_flipped_bits(colonnade, small, tmp_path, seeded):
    right = colonnade("agg", small, *ASKED).stdout
    content = small.read_bytes()
    damaged = tmp_path / "damaged.cln"
    ends = [*range(0, 256), *range(len(content) * 8 - 512, len(content) * 8)]
    for bit in seeded.sample(range(len(content) * 8), 100) + seeded.sample(ends, 60):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        damaged.write_bytes(flipped)
        check_damaged(colonnade, damaged, right, f"bit {bit} of {len(content) * 8}")


def test_cut_files(colonnade, small, tmp_path, seeded):
    right = colonnade("agg", small, *ASKED).stdout
    content = small.read_bytes()
    damaged = tmp_path / "damaged.cln"
    for length in [0, 1, 8, len(content) - 1, len(content) - 8] + seeded.sample(range(len(content)), 50):
        damaged.write_bytes(content[:length])
        check_damaged(colonnade, damaged, right, f"cut to {length} of {len(content)}")
    damaged.write_bytes(content + b"x")
    check_damaged(colonnade, damaged, right, "a byte more")
