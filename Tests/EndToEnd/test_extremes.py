# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Very wide, very long, and at the limits of the types."""

import csvtext


def round_trip(colonnade, tmp_path, table):
    source = csvtext.write(tmp_path / "in.csv", table)
    colonnade("convert", source, "-o", tmp_path / "t.cln", "--quiet", "--delimiter", ",")
    colonnade("verify", tmp_path / "t.cln")
    return csvtext.parse(colonnade("export", tmp_path / "t.cln").text)


def test_hundred_thousand_columns(colonnade, tmp_path):
    count = 100_000
    header = [f"column{i}" for i in range(count)]
    table = [header, *[[str(i * r % 1000) if i % 3 else f"t{i % 7}" for i in range(count)] for r in range(3)]]
    csvtext.assert_same_tables(table, round_trip(colonnade, tmp_path, table))
    run = colonnade("agg", tmp_path / "t.cln", "--by", "column0", "--agg", "sum(column99998)")
    assert run.text == "column0,column99998\nt0," + str(sum(99998 * r % 1000 for r in range(3))) + "\n"
    run = colonnade("agg", tmp_path / "t.cln", "--by", "column0", "--agg", "sum(colunm99998)", expect=2)
    assert "column99998" in run.errors


def test_memory_of_export_is_bounded_by_cells_not_columns(colonnade, tmp_path):
    count = 100_000
    lines = [",".join(f"{name}{i}" for i in range(count)) for name in ("c", "1", "2")]
    (tmp_path / "wide.csv").write_text("\n".join(lines) + "\n")
    colonnade("convert", tmp_path / "wide.csv", "-o", tmp_path / "wide.cln", "--quiet", "--delimiter", ",")
    assert colonnade.peak_memory("export", tmp_path / "wide.cln") < 300e6


def test_huge_fields(colonnade, tmp_path):
    huge = "é,\"\n" * 1_000_000
    table = [["a", "b"], ["1", huge], ["2", "short"], [None, huge[::-1]]]
    assert round_trip(colonnade, tmp_path, table) == table


def test_limits_of_whole_numbers(colonnade, tmp_path):
    low, high = str(-(2**63)), str(2**63 - 1)
    table = [["k", "v", "past"], ["a", low, low], ["a", high, str(2**63)], ["b", "0", str(-(2**63) - 1)], ["c", high, "1"]]
    assert round_trip(colonnade, tmp_path, table) == table
    run = colonnade("agg", tmp_path / "t.cln", "--by", "k", "--agg", "sum(v), sum(past)")
    assert run.text == f"k,v,past\na,-1,0\nb,0,{-(2**63) - 1}\nc,{high},1\n"


def test_38_digit_decimals(colonnade, tmp_path):
    nines = "9" * 38
    tiny = "0." + "0" * 37 + "1"
    table = [["k", "whole", "part", "tiny", "longer"]]
    table += [["a", nines, f"{nines[:20]}.{nines[20:]}", tiny, nines + "9"], ["b", "-" + nines, "0." + "0" * 17 + "1", "0", "1"]]
    assert [row[:1] + row[1:] for row in round_trip(colonnade, tmp_path, table)][0] == table[0]
    csvtext.assert_same_tables(table, round_trip(colonnade, tmp_path, table))
    run = colonnade("agg", tmp_path / "t.cln", "--by", "k", "--agg", "max(whole) as whole, sum(part) as part")
    assert csvtext.parse(run.text)[1][:2] == ["a", nines]


def test_names_beyond_ascii(colonnade, tmp_path):
    folder = tmp_path / "Ações e çã 数据"
    folder.mkdir()
    source = folder / "entrada ✓.csv"
    source.write_text("município,mês de início,😀\nSão João,março,1\nSão João,abril,2\n")
    out = folder / "saída.cln"
    colonnade("convert", source, "-o", out)
    run = colonnade("agg", out, "--by", "município", "--agg", 'sum("😀") as soma')
    assert run.text == "município,soma\nSão João,3\n"
    run = colonnade("agg", out, "--by", "municipio", "--agg", "count(*)", expect=2)
    assert "município" in run.errors
