# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""When reading goes wrong: is the answer right all the same, or the error clear? It is never another answer.

COLONNADE_S3_LONG=1: stalls at every request.
"""

import os

import faults
import pytest

# Of columns that cannot be compressed, in a way that no statistics answer: one byte that is not the right one shows.
SUMS = ["--agg", "sum(a % 1009), sum(d % 1013), max(f % 999983), count(*)"]
LONG = "COLONNADE_S3_LONG" in os.environ

# Of one request; the next try is answered properly.
PASSING = {
    "no answer": lambda: faults.DropResponse(),
    "reset": lambda: faults.DropResponse(reset=True),
    "cut at once": lambda: faults.DropResponse(0),
    "cut": lambda: faults.DropResponse(1000),
    "cut by reset": lambda: faults.DropResponse(1000, reset=True),
    "slow down": lambda: faults.slow_down(),
    "slow down, retry after": lambda: faults.slow_down(1),
    "internal error": lambda: faults.internal_error(),
    "short by one": lambda: faults.Shorten(1),
    "short by many": lambda: faults.Shorten(1000),
    "slow": lambda: faults.Slow(2_000_000),
    "stall of a second": lambda: faults.Stall(1, after_bytes=100),
}


@pytest.fixture(scope="module")
def expected(local, tables):
    return local("agg", tables["random.cln"], *SUMS).text


@pytest.mark.parametrize("nth", [1, 2, 3, 5])
@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_does_not_show(through, proxy, stored, expected, fault, nth):
    rule = proxy.on("GetObject", PASSING[fault](), nth=nth)
    assert through("agg", stored.url("random.cln"), *SUMS).text == expected
    assert rule.hits == 1


@pytest.mark.parametrize("nth", [1, 2, 4])
@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_does_not_show_in_text(through, proxy, stored, expected, fault, nth):
    rule = proxy.on("GetObject", PASSING[fault](), nth=nth)
    assert through("agg", stored.url("random.csv"), *SUMS).text == expected
    assert rule.hits == 1


@pytest.mark.parametrize("fault", ["no answer", "cut", "slow down", "internal error"])
def test_many_at_once(through, proxy, stored, expected, fault):
    """Every fifth request goes wrong; each is tried again by itself."""
    for nth in range(1, 60, 5):
        proxy.on("GetObject", PASSING[fault](), nth=nth)
    assert through("agg", stored.url("random.cln"), *SUMS).text == expected


@pytest.mark.parametrize("fault", ["no answer", "cut", "slow down", "internal error"])
def test_lists(through, proxy, bucket, fault):
    for number in range(3):
        bucket.put(f"dir/{number}.csv", f"n\n{number}\n".encode())
    proxy.on("ListObjects", PASSING[fault](), times=2)
    assert through("agg", bucket.url("dir/"), "--agg", "sum(n)").text == "n\n3\n"


STAYING = {
    "no answer": (lambda: faults.DropResponse(), ["cannot be used"]),
    "cut": (lambda: faults.DropResponse(1000), ["cannot be used"]),
    "slow down": (lambda: faults.slow_down(), ["SlowDown", "later"]),
    "internal error": (lambda: faults.internal_error(), ["InternalError", "later"]),
    "expired": (lambda: faults.expired_token(), ["expired"]),
    "short": (lambda: faults.Shorten(1), []),
    "denied": (lambda: faults.access_denied(), ["s3:GetObject"]),
}


@pytest.mark.parametrize("nth", [1, 4])
@pytest.mark.parametrize("fault", STAYING)
def test_what_stays_is_a_clear_error(through, proxy, stored, fault, nth):
    make, words = STAYING[fault]
    proxy.on("GetObject", make(), nth=nth, times=None)
    run = through.with_variables(AWS_MAX_ATTEMPTS=3)("agg", stored.url("random.cln"), *SUMS, expect=2)
    assert run.text == "" and stored.url("random.cln") in run.errors
    assert all(word in run.errors for word in words), run.errors


@pytest.mark.parametrize("nth", [1, 3] if LONG else [3])
def test_a_stall_is_given_up_and_tried_again(through, proxy, stored, expected, nth):
    rule = proxy.on("GetObject", faults.Stall(55, after_bytes=100 if nth > 1 else -1), nth=nth)
    assert through("agg", stored.url("random.cln"), *SUMS, timeout=50).text == expected
    assert rule.hits == 1


@pytest.mark.parametrize("nth", [1, 2, 4])
def test_an_object_that_flickers(through, proxy, stored, expected, nth):
    """A store that says for a moment that nothing is there: either it is asked again, or believed; nothing is made up."""
    proxy.on("GetObject", faults.not_found(), nth=nth)
    try:
        run = through("agg", stored.url("random.cln"), *SUMS)
    except AssertionError as failure:
        # Which of the two it is depends on which of several requests at once comes first, so it is run once.
        said = str(failure)
        assert "ended with 2: " in said and stored.url("random.cln") in said and ("not exist" in said or "chang" in said)
        assert "did you mean" not in said  # the very object
    else:
        assert run.text == expected


@pytest.mark.parametrize("nth", [1, 2, 4])
@pytest.mark.parametrize("name", ["random.cln", "random.csv"])
def test_a_range_that_is_overlooked(through, proxy, stored, expected, name, nth):
    """The whole object comes where some bytes were asked for."""
    proxy.on("GetObject", faults.WithoutRange(), nth=nth, times=None)
    try:
        assert through("agg", stored.url(name), *SUMS).text == expected
    except AssertionError:
        proxy.reset()
        proxy.on("GetObject", faults.WithoutRange(), nth=nth, times=None)
        run = through("agg", stored.url(name), *SUMS, expect=2)
        assert stored.url(name) in run.errors


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_bit_that_changes_on_the_way_is_found(through, proxy, stored, expected, nth):
    """By the checksums of the file, or of the service; the error or a second try, never another answer."""
    proxy.on("GetObject", faults.FlipResponse(2000), nth=nth)
    run = through.start("agg", stored.url("random.cln"), *SUMS, stdout=-1, stderr=-1, text=True)
    text, errors = run.communicate(timeout=60)
    # The first piece of a file may hold bytes that this question does not need.
    assert (run.returncode, text) in [(0, expected), (2, "")], errors
    if run.returncode == 2:
        assert stored.url("random.cln") in errors and len(errors.splitlines()) <= 3


@pytest.fixture(scope="module")
def others(tables, local, tmp_path_factory):
    """Files of the same columns and number of rows, nearly the same size, with other values; and their sums."""
    folder = tmp_path_factory.mktemp("others")
    lines = tables["random.csv"].read_text().splitlines(keepends=True)
    (folder / "other.csv").write_text("".join([lines[0], *reversed(lines[2:]), "1,1,1,1,1,1\n"]))
    local("convert", folder / "other.csv", "-q", "-o", folder / "other.cln")
    return folder, local("agg", folder / "other.cln", *SUMS).text


@pytest.mark.parametrize("form, nth", [("cln", 1), ("cln", 2), ("cln", 3), ("cln", 6), ("csv", 1), ("csv", 2), ("csv", 4)])
def test_an_object_that_is_replaced_in_mid_read(through, proxy, bucket, tables, expected, others, form, nth):
    folder, new = others
    bucket.upload(f"t.{form}", tables[f"random.{form}"])
    replaced = []

    def replace():
        bucket.upload(f"t.{form}", folder / f"other.{form}")
        replaced.append(True)

    proxy.on("GetObject", faults.Calls(replace), nth=nth)
    run = through.start("agg", bucket.url(f"t.{form}"), *SUMS, stdout=-1, stderr=-1, text=True)
    text, errors = run.communicate(timeout=60)
    assert replaced, "no such request"
    if run.returncode == 0:
        assert text in (expected, new)
    else:
        assert run.returncode == 2 and text == ""
        assert bucket.url(f"t.{form}") in errors and "chang" in errors and len(errors.splitlines()) <= 3


@pytest.mark.parametrize("form", ["cln", "csv"])
def test_an_object_that_goes_in_mid_read(through, proxy, bucket, tables, expected, form):
    bucket.upload(f"t.{form}", tables[f"random.{form}"])
    gone = lambda: bucket.client.delete_object(Bucket=bucket.name, Key=f"t.{form}")
    proxy.on("GetObject", faults.Calls(gone), nth=4)
    run = through("agg", bucket.url(f"t.{form}"), *SUMS, expect=2)
    assert bucket.url(f"t.{form}") in run.errors and run.text == ""


def test_every_request_of_a_file_is_for_the_state_that_was_opened(through, proxy, stored):
    through("agg", stored.url("random.cln"), *SUMS)
    tags = {e.header("if-match") for e in proxy.log if e.operation == "GetObject"}
    pinned = {stored.head("random.cln")["ETag"]}
    assert tags - {None} == pinned
    # Of opening alone: there is nothing to compare with yet.
    assert sum(e.header("if-match") is None for e in proxy.log if e.operation == "GetObject") <= 2


def test_a_server_that_is_not_there(server, through, proxy, stored):
    proxy.close()
    run = through("agg", stored.url("random.cln"), *SUMS, expect=2, timeout=120)
    assert proxy.endpoint in run.errors
