# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0

export SWIFT_BACKTRACE = enable=no
# The Swift runtime and all libraries but the C library are linked in; unused sections and symbols are dropped, which halves the binary. At a fixed
# address it starts in two thirds of the time, as none of its 45,000 pointers has to be put right. Nothing looks up its 6,000 symbols. Two functions
# that newer C libraries have in newer versions are its own (cs_older_glibc.c), so that it starts with glibc 2.34.
STATIC = .build/static-libraries
RELEASE = swift build -c release --static-swift-stdlib --disable-local-rpath --pkg-config-path $(CURDIR)/$(STATIC) --product colonnade -Xlinker --gc-sections -Xlinker -s -Xlinker -no-pie \
  -Xlinker --no-export-dynamic -Xlinker --defsym=hypotf=cs_hypotf -Xlinker --defsym=arc4random=cs_arc4random -Xswiftc -L$(CURDIR)/$(STATIC)
PYTHON = .build-venv/bin/python

.PHONY: demo test build dist unit end-to-end test-s3 test-deploy vectors bench bench-convert bench-size bench-memory bench-scan bench-decoding bench-kernels bench-reading bench-export bench-polluted bench-groupby bench-curve bench-compare bench-compare-memory bench-s3 queries fuzz fuzz-file million damage lint format setup setup-python setup-s3 setup-benchmarks clean pieces test-spark bench-spark setup-spark

# The main job on the real data, from nothing: installs what is missing, builds, runs, shows the result.
demo: build
	Examples/demo.sh .build/release/colonnade .build-demo

# Everything that must hold: unit tests, the command from outside, the file format by a second reader.
test: unit end-to-end vectors

build: setup
	@Deploy/archive/static-libraries.sh $(STATIC)
	$(RELEASE)

# One archive for any Linux of this processor with glibc 2.34 or later, .build-dist/colonnade-VERSION-linux-ARCHITECTURE.tar.gz, checked by
# its symbols and by running it in a bare root folder.
dist: build
	@rm -rf .build-dist
	@Tests/what-the-archive-needs.sh "$$(Deploy/archive/archive.sh .build/release/colonnade .build-dist)"

unit: setup
	swift test

end-to-end: build setup-python
	$(PYTHON) -m pytest -q -n 2 Tests/EndToEnd

# The runbooks below Deploy/aws as they are written, against a stand-in for AWS.
test-deploy: dist setup-s3
	.build-s3-venv/bin/python -m pytest -q -n 2 Tests/Deploy

vectors: setup-python
	$(PYTHON) Formats/ChunkFile/reader.py --check Formats/ChunkFile/v1/MANIFEST.tsv

# The command with s3:// against two servers, started and stopped here, and a proxy that breaks things: see Tests/S3/README.md.
test-s3: build setup-s3
	.build-s3-venv/bin/python Tests/S3/servers.py run -- .build-s3-venv/bin/python -m pytest -q -n 4 Tests/S3 $(S3_TESTS)

# The package of Spark/ and its jobs on real clusters of Spark 3.5 and 4, and on objects of an S3 server, all started and stopped here. SPARK_TESTS
# are words for pytest, SPARK35_TESTS for that of Spark 3.5 alone.
test-spark: build setup-s3 setup-spark
	.build-spark43/bin/mypy --config-file Spark/pyproject.toml Spark/colonnade_spark
	.build-spark43/bin/python -m pytest -q Tests/Spark $(SPARK_TESTS)
	.build-spark35/bin/python -m pytest -q Tests/Spark $(SPARK_TESTS) $(SPARK35_TESTS)

# Side by side with other engines; writes Benchmarks/Results/.
bench: build setup-python
	$(PYTHON) Benchmarks/Peers/main_job.py

# CSV to a columnar file side by side with other engines.
bench-convert: build setup-benchmarks
	$(PYTHON) Benchmarks/Peers/convert.py

# Size of a columnar file, writing it and scanning it, side by side with other engines.
bench-size: build setup-benchmarks
	$(PYTHON) Benchmarks/Peers/size.py

# Peak memory of convert on 5 GB and on 1,000 columns.
bench-memory: build setup-python
	$(PYTHON) Benchmarks/Peers/memory.py

# Export to text side by side with other engines.
bench-export: build setup-python
	$(PYTHON) Benchmarks/Peers/export.py

# One thread's speed of the CSV scanner, level by level; writes Benchmarks/Results/scanner.md.
bench-scan: setup-python
	mkdir -p .build-bench
	test -f .build-bench/cities.csv || $(PYTHON) Benchmarks/generate_cities.py .build-bench/cities.csv
	test -f .build-bench/groupby.csv || $(PYTHON) Benchmarks/generate_groupby.py .build-bench/groupby.csv
	swift build -c release --package-path Benchmarks --scratch-path .build-benchmarks --product scan-speed
	.build-benchmarks/release/scan-speed .build-bench/cities.csv .build-bench/groupby.csv > .build-bench/scanner.md
	mv .build-bench/scanner.md Benchmarks/Results/scanner.md

# Decoding on one thread, by encoding and by bit width; then filters and sums of whole commands beside DuckDB.
bench-decoding: build setup-python
	mkdir -p .build-bench
	swift build -c release --package-path Benchmarks --scratch-path .build-benchmarks --product decode-speed
	.build-benchmarks/release/decode-speed > .build-bench/decoding.md
	mv .build-bench/decoding.md Benchmarks/Results/decoding.md
	$(PYTHON) Benchmarks/Peers/scan.py

# Sums, extremes, filters and grouped sums on one thread, by type, encoding and instruction set; writes Benchmarks/Results/kernels.md.
bench-kernels: setup
	mkdir -p .build-bench
	swift build -c release --package-path Benchmarks --scratch-path .build-benchmarks --product kernel-speed
	.build-benchmarks/release/kernel-speed > .build-bench/kernels.md
	mv .build-bench/kernels.md Benchmarks/Results/kernels.md

# How files are brought into memory, what checksums and opening cost; writes Benchmarks/Results/reading.md.
bench-reading: build setup-python
	mkdir -p .build-bench
	test -f .build-bench/groupby.csv || $(PYTHON) Benchmarks/generate_groupby.py .build-bench/groupby.csv
	.build/release/colonnade convert --quiet .build-bench/groupby.csv -o .build-bench/groupby.cln
	swift build -c release --package-path Benchmarks --scratch-path .build-benchmarks --product reading-speed
	.build-benchmarks/release/reading-speed .build-bench .build-bench/groupby.cln > .build-bench/reading.md
	mv .build-bench/reading.md Benchmarks/Results/reading.md

# The ten group-by questions of db-benchmark, sums by date and state, TPC-H Q1 and Q6, beside other engines.
bench-groupby: build setup-benchmarks
	$(PYTHON) Benchmarks/Peers/groupby.py

# How the time of agg grows with rows (to 100 million), groups and columns; needs some 10 GB of disk.
bench-curve: build setup-python
	$(PYTHON) Benchmarks/Peers/cost_curve.py

# Two versions of the cities file compared, beside DuckDB, Polars and datacompy (which wants another Polars: it gets an environment of its own).
bench-compare: build setup-python
	test -d .build-datacompy || $(PYTHON) -m venv .build-datacompy
	.build-datacompy/bin/pip install --quiet datacompy==1.1.0
	$(PYTHON) Benchmarks/Peers/compare.py

# Two versions of 100 million rows compared within 1 GiB; needs some 6 GB of disk.
bench-compare-memory: build setup-python
	$(PYTHON) Benchmarks/Peers/compare_memory.py

# Reading from and writing to S3 beside DuckDB, Polars and the AWS CLI, against a radosgw of this machine. DuckDB's extension httpfs is on PyPI
# for an older version than that of Tests/requirements.txt alone: both get an environment of their own. The server keeps some 4 GB in memory.
bench-s3: build setup-python setup-s3
	test -d .build-duckdb-s3 || python3 -m venv .build-duckdb-s3
	.build-duckdb-s3/bin/pip install --quiet duckdb==1.5.5 duckdb-extension-httpfs==1.5.5 pyarrow==26.0.1
	.build-s3-venv/bin/python Tests/S3/servers.py run -- $(PYTHON) Benchmarks/Peers/s3.py

# The jobs of Spark/ beside pure PySpark, at one and ten times the cities file; needs some 5 GB of disk and half an hour.
bench-spark: build setup-python setup-spark
	$(PYTHON) Benchmarks/Peers/spark.py

# What is left of files that are not quite CSVs, beside other readers.
bench-polluted: build setup-python
	$(PYTHON) Benchmarks/Peers/polluted.py

# Random queries on random tables: agg against DuckDB. SEED=… and ONLY=TABLE:QUERY repeat a failure; see Tests/Queries/README.md.
QUERIES = 10000
queries: build setup-python
	$(PYTHON) Tests/Queries/run.py --queries $(QUERIES) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY)) $(if $(REDUCE),--reduce)

# The CSV reader against hostile texts: see Tests/Fuzz/README.md. Optimised, with the checks of a debug build.
SECONDS = 1800
FUZZ = swift build -c release --package-path Tests/Fuzz/Package -Xswiftc -enable-testing
fuzz: setup
	$(FUZZ) --scratch-path .build-fuzz --product fuzz-csv -Xswiftc -sanitize=fuzzer,address -Xswiftc -parse-as-library \
	  -Xswiftc -assert-config -Xswiftc Debug -Xcc -fsanitize=fuzzer-no-link,address
	mkdir -p .build-fuzz/corpus
	.build-fuzz/release/fuzz-csv .build-fuzz/corpus Tests/Fuzz/Seeds -dict=Tests/Fuzz/csv.dict -artifact_prefix=.build-fuzz/ \
	  -max_total_time=$(SECONDS) -max_len=4096 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1

# The chunk-file reader against hostile files, from the vectors on.
fuzz-file: setup
	$(FUZZ) --scratch-path .build-fuzz --product fuzz-file -Xswiftc -sanitize=fuzzer,address -Xswiftc -parse-as-library \
	  -Xswiftc -assert-config -Xswiftc Debug -Xcc -fsanitize=fuzzer-no-link,address
	mkdir -p .build-fuzz/file-corpus .build-fuzz/file-seeds
	cp Formats/ChunkFile/v*/*/*.cln Tests/Fuzz/FileSeeds/* .build-fuzz/file-seeds/
	.build-fuzz/release/fuzz-file .build-fuzz/file-corpus .build-fuzz/file-seeds -artifact_prefix=.build-fuzz/ \
	  -max_total_time=$(SECONDS) -max_len=8192 -timeout=30 -rss_limit_mb=6144 -print_final_stats=1

# A varied chunk file damaged at random, and every bit and cut of every vector; read under a limit of memory.
DAMAGES = 100000
damage: setup
	$(FUZZ) --scratch-path .build-million --product damage
	.build-million/release/damage $(or $(SEED),$$(date +%s)) $(DAMAGES) Formats/ChunkFile/v*/valid/*.cln

# Small random texts against the plain twin.
COUNT = 1000000
million: setup
	$(FUZZ) --scratch-path .build-million --product million
	.build-million/release/million $(or $(SEED),$$(date +%s)) $(COUNT)

# Texts cut into ranges anywhere: the dialect's cases, the fuzzer's seeds and small random ones.
pieces: setup
	$(FUZZ) --scratch-path .build-million --product pieces
	.build-million/release/pieces $(or $(SEED),$$(date +%s)) $(or $(PIECES),100000) Formats/CSVDialect/cases/*.csv Tests/Fuzz/Seeds/*

lint:
	swift format lint --strict -r Sources Tests Benchmarks Package.swift

format:
	swift format -i -r Sources Tests Benchmarks Package.swift

setup:
	@Tests/setup.sh

setup-python: setup
	@Tests/setup.sh python

setup-s3: setup
	@Tests/setup.sh s3

setup-spark: setup
	@Tests/setup.sh spark

setup-benchmarks: setup
	@Tests/setup.sh benchmarks

# All that any of the above has made; only Python's __pycache__ stay.
clean:
	rm -rf .build .build-* .mypy_cache .pytest_cache
