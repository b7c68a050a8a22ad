# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Does every command give, from and to objects, what it gives from and to files, byte for byte?"""

import json
import re

import pytest

SUMS = ["--by", "date,state", "--agg", "sum(cases), sum(deaths)"]
FORMS = ["csv", "csv.gz", "cln"]


def same_but_names(text, *names):
    """What is said of an object or a file, without which one it is said of."""
    for number, name in enumerate(names):
        text = text.replace(str(name), f"INPUT{number}")
    # Columns are as wide as the widest name; the pace is each run's own.
    return re.sub(r" +", " ", re.sub(r"at [\d.,]+ .B/s", "at a pace", text))


@pytest.mark.parametrize("form", FORMS)
def test_the_main_job(colonnade, bucket, stored, tables, tmp_path, form):
    out = bucket.url("data/out/new_brazil_covid19.csv")
    colonnade("agg", stored.url(f"cities.{form}"), *SUMS, "--order-by", "date, state desc", "-o", out)
    assert bucket.get("data/out/new_brazil_covid19.csv") == tables["expected.csv"].read_bytes()
    assert bucket.keys() == ["data/out/new_brazil_covid19.csv"] and bucket.uploads() == []

    colonnade("cmp", stored.url("published.csv"), out, "--on", "date,state", "-o", bucket.url("diff_report.json"), expect=1)
    found = json.loads(bucket.get("diff_report.json"))
    assert (found["file_source"], found["file_compare"]) == (stored.url("published.csv"), out)
    assert (found["source_rows"], found["compare_rows"], found["equal_rows"], found["diff_rows"]) == (2409, 2025, 1189, 836)


def test_aggregate_to_standard_output(colonnade, stored, tables):
    run = colonnade("agg", stored.url("cities.cln"), *SUMS, "--order-by", "date, state desc")
    assert run.stdout == tables["expected.csv"].read_bytes()


@pytest.mark.parametrize("name", ["out.cln", "out.csv", "out.csv.gz", "out.json", "out.ndjson.zst", "out.md"])
def test_aggregate_in_every_form(colonnade, local, bucket, stored, tables, tmp_path, name):
    local("agg", tables["cities.cln"], *SUMS, "-o", tmp_path / name)
    colonnade("agg", stored.url("cities.cln"), *SUMS, "-o", bucket.url(name))
    assert bucket.get(name) == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("source", ["cities.csv", "cities.csv.gz", "long.csv", "random.csv"])
def test_convert(colonnade, local, bucket, stored, tables, tmp_path, source):
    """The receipt inside names the input: so a file's conversion is byte-equal, an object's in all that is about rows."""
    local("convert", tables[source], "-q", "-o", tmp_path / "local.cln")
    colonnade("convert", tables[source], "-q", "-o", bucket.url("from-file.cln"))
    assert bucket.get("from-file.cln") == (tmp_path / "local.cln").read_bytes()

    colonnade("convert", stored.url(source), "-q", "-o", bucket.url("from-object.cln"))
    colonnade("convert", stored.url(source), "-q", "-o", tmp_path / "from-object.cln")
    assert bucket.get("from-object.cln") == (tmp_path / "from-object.cln").read_bytes()
    for command in ["inspect"], ["export"]:
        of_file, of_object = local(*command, tmp_path / "local.cln"), colonnade(*command, bucket.url("from-object.cln"))
        assert of_file.stdout == of_object.stdout
    assert bucket.keys() == ["from-file.cln", "from-object.cln"] and bucket.uploads() == []


def test_receipt_and_rejects(colonnade, local, bucket, tmp_path):
    (tmp_path / "bad.csv").write_text("id,n\n1,2\n2,3,4,5\n3,4\n")
    bucket.upload("bad.csv", tmp_path / "bad.csv")
    more = ["--strict", "--on-error", "skip"]
    local(
        "convert", tmp_path / "bad.csv", *more, "-o", tmp_path / "out.cln",
        "--receipt", tmp_path / "receipt.json", "--rejects", tmp_path / "rejects.txt",
    )  # fmt: skip
    colonnade(
        "convert", bucket.url("bad.csv"), *more, "-o", bucket.url("out.cln"),
        "--receipt", bucket.url("receipt.json"), "--rejects", bucket.url("rejects.txt"),
    )  # fmt: skip
    assert bucket.keys() == ["bad.csv", "out.cln", "receipt.json", "rejects.txt"]
    rejects = bucket.get("rejects.txt").decode()
    assert rejects.count(bucket.url("bad.csv")) == 1
    assert rejects.replace(bucket.url("bad.csv"), str(tmp_path / "bad.csv")) == (tmp_path / "rejects.txt").read_text()
    of_object, of_file = json.loads(bucket.get("receipt.json")), json.loads((tmp_path / "receipt.json").read_text())
    # Inputs go by their last names, so that a file's bytes do not tell where it was made.
    assert of_object["inputs"] == of_file["inputs"] and of_object["inputs"][0]["name"] == "bad.csv"
    assert of_object.keys() == of_file.keys()


@pytest.mark.parametrize("form", FORMS)
def test_compare(colonnade, local, bucket, stored, tables, tmp_path, form):
    changed = tables["cities.csv"].read_text().replace(",1358,", ",1359,").replace("Acre,", "Acri,", 7)
    (tmp_path / "changed.csv").write_text(changed)
    bucket.upload("changed.csv", tmp_path / "changed.csv")
    options = ["--on", "date,state,code", "--duplicates", "pair-in-order"]
    local(
        "cmp", tables[f"cities.{form}"], tmp_path / "changed.csv", *options,
        "-o", tmp_path / "report.json", "--rows", tmp_path / "rows.csv", "--html", tmp_path / "page.html", expect=1,
    )  # fmt: skip
    colonnade(
        "cmp", stored.url(f"cities.{form}"), bucket.url("changed.csv"), *options,
        "-o", bucket.url("report.json"), "--rows", bucket.url("rows.csv"), "--html", bucket.url("page.html"), expect=1,
    )  # fmt: skip
    assert bucket.get("rows.csv") == (tmp_path / "rows.csv").read_bytes()
    names = {stored.url(f"cities.{form}"): str(tables[f"cities.{form}"])}
    names[bucket.url("changed.csv")] = str(tmp_path / "changed.csv")
    for name in "report.json", "page.html":
        of_object = bucket.get(name).decode()
        for url, path in names.items():
            for text, other in (url, path), (url.replace("/", r"\/"), path.replace("/", r"\/")):
                of_object = of_object.replace(text, other)
        assert of_object == (tmp_path / name).read_text()
    assert bucket.keys() == ["changed.csv", "page.html", "report.json", "rows.csv"] and bucket.uploads() == []


def test_compare_a_file_with_an_object(colonnade, stored, tables):
    colonnade("cmp", tables["cities.csv"], stored.url("cities.cln"), "--by-position")


def test_verify(colonnade, local, bucket, stored, tables):
    for name in "cities.cln", "random.cln":
        of_object, of_file = colonnade("verify", stored.url(name)), local("verify", tables[name])
        assert same_but_names(of_object.text, stored.url(name)) == same_but_names(of_file.text, tables[name])


def test_damage_is_found_and_salvaged(colonnade, local, bucket, tables, tmp_path):
    damaged = bytearray(tables["cities.cln"].read_bytes())
    for place in range(100_000, 100_016):
        damaged[place] ^= 0xFF
    (tmp_path / "damaged.cln").write_bytes(damaged)
    bucket.upload("damaged.cln", tmp_path / "damaged.cln")
    of_object = colonnade("verify", bucket.url("damaged.cln"), expect=2)
    of_file = local("verify", tmp_path / "damaged.cln", expect=2)
    assert same_but_names(of_object.text, bucket.url("damaged.cln")) == same_but_names(of_file.text, tmp_path / "damaged.cln")

    local("export", tmp_path / "damaged.cln", "--salvage", "-o", tmp_path / "rest.csv", "--lost", tmp_path / "lost.csv", expect=2)
    colonnade(
        "export", bucket.url("damaged.cln"), "--salvage", "-o", bucket.url("rest.csv"), "--lost", bucket.url("lost.csv"), expect=2
    )
    for name in "rest.csv", "lost.csv":
        assert bucket.get(name) == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("name", ["out.csv", "out.ndjson", "out.json.gz", "out.csv.zst", "out.cln", "out.md"])
@pytest.mark.parametrize("source", ["cities.cln", "cities.csv.gz"])
def test_export(colonnade, local, bucket, stored, tables, tmp_path, source, name):
    if name == "out.cln":
        local("export", tables[source], "-o", tmp_path / "local.cln")
        colonnade("export", tables[source], "-o", bucket.url(name))
        assert bucket.get(name) == (tmp_path / "local.cln").read_bytes()
        return
    local("export", tables[source], "-o", tmp_path / name)
    colonnade("export", stored.url(source), "-o", bucket.url(name))
    assert bucket.get(name) == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("name", ["cities.cln", "cities.csv", "cities.csv.gz", "random.cln"])
def test_head_inspect_and_sniff(colonnade, local, stored, tables, name):
    commands = [["head"], ["head", "-n", "500", "--format", "csv"], ["inspect" if name.endswith(".cln") else "sniff"]]
    for command, *more in commands:
        of_object, of_file = colonnade(command, stored.url(name), *more), local(command, tables[name], *more)
        assert same_but_names(of_object.text, stored.url(name)) == same_but_names(of_file.text, tables[name])


def test_merge_and_append(colonnade, local, bucket, stored, tables, tmp_path):
    halves = tables["expected.csv"].read_text().splitlines(keepends=True)
    (tmp_path / "a.csv").write_text("".join(halves[:1000]))
    (tmp_path / "b.csv").write_text("".join([halves[0], *halves[1000:]]))
    for half in "a", "b":
        local("convert", tmp_path / f"{half}.csv", "-q", "-o", tmp_path / f"{half}.cln")
        bucket.upload(f"parts/{half}.cln", tmp_path / f"{half}.cln")
    local("merge", tmp_path / "a.cln", tmp_path / "b.cln", "-q", "-o", tmp_path / "merged.cln")
    colonnade("merge", bucket.url("parts/a.cln"), bucket.url("parts/b.cln"), "-q", "-o", bucket.url("merged.cln"))
    assert bucket.get("merged.cln") == (tmp_path / "merged.cln").read_bytes()
    colonnade("merge", bucket.url("parts/"), "-q", "-o", bucket.url("merged.cln"))
    assert bucket.get("merged.cln") == (tmp_path / "merged.cln").read_bytes()

    local("convert", tmp_path / "b.csv", "--append", "-q", "-o", tmp_path / "a.cln")
    colonnade("convert", tmp_path / "b.csv", "--append", "-q", "-o", bucket.url("parts/a.cln"))
    assert bucket.get("parts/a.cln") == (tmp_path / "a.cln").read_bytes()
    # Where there is none, one is made.
    local("convert", tmp_path / "b.csv", "--append", "-q", "-o", tmp_path / "new.cln")
    colonnade("convert", tmp_path / "b.csv", "--append", "-q", "-o", bucket.url("new.cln"))
    assert bucket.get("new.cln") == (tmp_path / "new.cln").read_bytes()
    assert bucket.keys() == ["merged.cln", "new.cln", "parts/a.cln", "parts/b.cln"] and bucket.uploads() == []


def test_append_to_a_file_of_many_parts(colonnade, local, bucket, tables, tmp_path):
    (tmp_path / "more.csv").write_text("a,b,c,d,e,f\n1,2,3,4,5,6\n")
    (tmp_path / "random.cln").write_bytes(tables["random.cln"].read_bytes())
    bucket.upload("random.cln", tmp_path / "random.cln")
    local("convert", tmp_path / "more.csv", "--append", "-q", "-o", tmp_path / "random.cln")
    colonnade("convert", tmp_path / "more.csv", "--append", "-q", "-o", bucket.url("random.cln"))
    assert bucket.get("random.cln") == (tmp_path / "random.cln").read_bytes() and bucket.uploads() == []


def test_sorting(colonnade, local, bucket, stored, tables, tmp_path):
    options = ["-q", "--sort-by", "cases desc, name"]
    local("convert", tables["cities.csv"], *options, "-o", tmp_path / "sorted.cln")
    colonnade("convert", tables["cities.csv"], *options, "-o", bucket.url("sorted.cln"))
    assert bucket.get("sorted.cln") == (tmp_path / "sorted.cln").read_bytes()
    run = colonnade("convert", stored.url("cities.csv"), *options, "-o", bucket.url("sorted.cln"))
    assert colonnade("export", bucket.url("sorted.cln")).stdout == local("export", tmp_path / "sorted.cln").stdout
    assert run.errors == ""


def test_standard_input_and_output(colonnade, local, bucket, stored, tables):
    colonnade("convert", "-", "-q", "-o", bucket.url("out.cln"), input=tables["cities.csv"].read_bytes())
    assert colonnade("export", bucket.url("out.cln")).stdout == local("export", tables["cities.cln"]).stdout


def test_a_reader_that_goes_away(colonnade, stored, tmp_path):
    child = colonnade.start("export", stored.url("long.cln"), stdout=-1, stderr=-1)
    assert child.stdout.read(100).startswith(b"number,text")
    child.stdout.close()
    assert child.stderr.read() == b"" and child.wait(timeout=30) == 141


def test_an_input_that_is_also_the_output_is_refused(colonnade, bucket, tables):
    bucket.upload("t.cln", tables["cities.cln"])
    run = colonnade("merge", bucket.url("t.cln"), "-q", "-o", bucket.url("t.cln"), expect=64)
    assert "the output is also an input" in run.errors
    assert bucket.get("t.cln") == tables["cities.cln"].read_bytes()


def test_inputs_of_several_places(colonnade, local, bucket, stored, tables, tmp_path):
    inputs = [tables["expected.csv"], stored.url("expected.cln"), stored.url("expected.csv")]
    run = colonnade("agg", *inputs, "--agg", "count(*), sum(cases)")
    expected = local("agg", *[tables["expected.csv"]] * 3, "--agg", "count(*), sum(cases)")
    assert run.text == expected.text


def test_what_goes_from_step_to_step_may_be_objects(colonnade, local, bucket, tables, tmp_path):
    local("export", tables["expected.csv"], "-o", tmp_path / "t.arrows")
    bucket.upload("t.arrows", tmp_path / "t.arrows")
    local("convert", tables["expected.csv"], "-q", "-o", tmp_path / "t.cln")
    sides = [tmp_path / "t.cln", tmp_path / "t.cln", "--on", "date,state", "--from-partials"]
    # It is none: that is said of it as of a file, so it was read.
    of_file = local("cmp", *sides, tmp_path / "t.arrows", expect=2).errors
    of_object = colonnade("cmp", *sides, bucket.url("t.arrows"), expect=2).errors
    assert "t.arrows" in of_file
    assert same_but_names(of_object, bucket.url("t.arrows")) == same_but_names(of_file, tmp_path / "t.arrows")

    bucket.put("found", local("csv", "types", tables["expected.csv"], "--piece", "whole").stdout)
    bucket.put("types", colonnade("csv", "types", "--join", bucket.url("found")).stdout)
    run = colonnade("export", tables["expected.csv"], "--types", f"@{bucket.url('types')}")
    assert run.stdout == local("export", tables["expected.csv"]).stdout
