// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import Testing
import TextFormats

@testable import Pipelines

@Test(arguments: [
  ("out.csv", OutputFormat.csv, CompressionFormat?.none), ("a/b.c/out.JSON", .json, .none),
  ("out.jsonl.zst", .ndjson, .zstd), ("out.csv.gz", .csv, .gzip), ("out.md", .markdown, .none),
  ("out.cln", .cln, .none), ("-", .table, .none), ("/dev/null", .table, .none), (".csv", .table, .none),
])
func extensionTellsTheForm(path: String, format: OutputFormat, compression: CompressionFormat?) throws {
  let target = try OutputTarget(path: path, format: nil, fallback: .table)
  #expect(target.format == format)
  #expect(target.compression == compression)
}

@Test func formatOverrulesTheName() throws {
  #expect(try OutputTarget(path: "out.data", format: .json, fallback: .csv).format == .json)
  #expect(try OutputTarget(path: "out.csv.gz", format: .ndjson, fallback: .csv).compression == .gzip)
}

@Test func impossibleNamesAreErrors() {
  #expect { try OutputTarget(path: "out.parquet", format: nil, fallback: .csv) } throws: {
    ($0 as? any Diagnosis)?.code == "output.unknown-format"
  }
  #expect { try OutputTarget(path: "out.cln.gz", format: nil, fallback: .csv) } throws: {
    ($0 as? any Diagnosis)?.code == "output.compressed-chunk-file"
  }
  for name in ["a.csv", "a.json.gz", "a.ndjson", "b/a.MD"] {
    #expect(throws: OutputError.self, "\(name)") { try OutputTarget(chunkFile: name) }
  }
  for name in ["a.cln", "a", "a.chunks", "-", "/dev/null"] {
    #expect(throws: Never.self, "\(name)") { try OutputTarget(chunkFile: name) }
  }
}

@Test func numbersForPeople() {
  #expect(ByteSize(0).description == "0 B")
  #expect(ByteSize(999).description == "999 B")
  #expect(ByteSize(1000).description == "1.0 kB")
  #expect(ByteSize(999_999).description == "999.9 kB")
  #expect(ByteSize(115_234_567).description == "115.2 MB")
  #expect(ByteSize(5_000_000_000_000).description == "5.0 TB")
  #expect(grouped(0) == "0")
  #expect(grouped(-1_234_567) == "-1,234,567")
  #expect(grouped(.min) == "-9,223,372,036,854,775,808")
  #expect(secondsText(0.0004) == "0.000")
  #expect(secondsText(12.3456) == "12.346")
}

@Test func firstRowsCutAcrossChunks() throws {
  let type = ColumnType.int64
  let table = Table(
    schema: Schema([Field(name: "v", type: type)]),
    chunks: [[1, 2, 3], [4, 5], [6]].map { [ColumnPage(values: .int64($0))] })
  for limit in 0...7 {
    let first = FirstRows(of: table, limit: limit)
    var seen: [Int64] = []
    for chunk in 0..<first.chunkCount {
      let page = try first.page(column: 0, chunk: chunk)
      #expect(page.rowCount == first.rowCount(ofChunk: chunk))
      #expect(try first.statistics(column: 0, chunk: chunk).rowCount == page.rowCount)
      if case .int64(let values) = page.values { seen += values }
    }
    #expect(seen == Array([1, 2, 3, 4, 5, 6].prefix(limit)))
    #expect(first.rowCount == min(limit, 6))
  }
}
