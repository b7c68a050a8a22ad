// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ChunkFile
import Columns
import TextFormats

/// What an aggregation read, made and took, as lines of a name and a value: for people.
///
/// `tables` are the inputs, of which `columns` were asked for; `result` is what came out. Pages are those of these columns: a page that was
/// not read was ruled out or answered by what the footer says of it, or had no say. `rows taken` and `chunks ruled out` are the condition's.
public func statisticsText(
  of tables: [any TableSource], columns: [String], _ result: any TableSource, _ meter: AggregationMeter,
  _ limits: AggregationLimits
) -> String {
  let notes = meter.notes
  let files = tables.compactMap { $0 as? ChunkFile }
  let rowCount = tables.reduce(0) { $0 + $1.rowCount }
  let pageCount = files.reduce(0) { sum, file in
    sum + file.chunkCount * columns.filter { file.schema.names.contains($0) }.count
  }
  let seconds = notes.steps.reduce(0) { $0 + $1.seconds }
  let counts = meter.counts
  var lines: [(name: String, value: String)] = [("rows in", grouped(rowCount))]
  if counts.askedChunkCount > 0 {
    lines += [
      ("rows taken", grouped(counts.takenRowCount)),
      ("chunks ruled out", "\(grouped(counts.ruledOutChunkCount)) of \(grouped(counts.askedChunkCount))"),
    ]
  }
  if let strategy = counts.strategy { lines.append(("groups found by", groupingText(strategy))) }
  lines += [
    ("rows out", grouped(result.rowCount)),
    ("pages read", "\(grouped(files.reduce(0) { $0 + $1.readCounts.pages })) of \(grouped(pageCount))"),
    ("bytes read", "\(ByteSize(files.reduce(0) { $0 + $1.readCounts.byteCount }))"),
  ]
  if let transfers = transferSummary() { lines.append(("S3", transfers)) }
  if notes.partCount > 0 {
    lines.append(("parts", grouped(notes.partCount)))
    lines.append(("spilled", "\(ByteSize(notes.spilledByteCount))"))
  }
  for step in notes.steps { lines.append(("time: \(step.name)", secondsText(step.seconds))) }
  lines.append(("time in all", secondsText(seconds)))
  if seconds > 0 { lines.append(("rows a second", grouped(Int(Double(rowCount) / seconds)))) }
  lines.append(("peak of memory", "\(peakMemoryByteCount() >> 20) MiB of \(limits.memory.byteCount >> 20) MiB"))
  let width = lines.reduce(0) { max($0, $1.name.count) }
  return lines.map { name, value in
    "\(name)\(String(repeating: " ", count: width - name.count))  \(value)\n"
  }.joined()
}

private func groupingText(_ strategy: GroupingStrategy) -> String {
  switch strategy {
  case .direct: "the key as the number of a slot"
  case .partitioned: "a table for each part of the keys' hashes"
  case .general: "one table of keys"
  }
}

/// `0.0123 s`.
private func secondsText(_ seconds: Double) -> String {
  let tenths = Int((seconds * 10_000).rounded())
  let fraction = String(tenths % 10_000)
  return "\(tenths / 10_000).\(String(repeating: "0", count: 4 - fraction.count))\(fraction) s"
}
