// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import CColumnShims
import Foundation

// The CSV scanner's speed on one thread, per level that this processor has, next to a plain read of the same memory.
//
//     scan-speed [--kib 1024] [--repeat 200] file.csv …
//
// Prints a Markdown table. A text that fits the cache shows what the instructions cost; --kib 0 takes the whole file.

var kibibytes = 1024
var repeats = 200
var files: [String] = []
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  switch argument {
  case "--kib": kibibytes = arguments.popFirst().flatMap { Int($0) } ?? kibibytes
  case "--repeat": repeats = arguments.popFirst().flatMap { Int($0) } ?? repeats
  default: files.append(argument)
  }
}
var texts = try files.map { file in
  SampleText(
    name: URL(fileURLWithPath: file).lastPathComponent,
    bytes: try recordsFromTheMiddle(of: file, byteCount: kibibytes > 0 ? kibibytes << 10 : Int.max))
}
texts.append(SampleText(name: "full of quotes", bytes: quotedText(byteCount: max(1, kibibytes) << 10)))

cs_csv_force_scan_level(-1)
let best = cs_csv_scan_level()
var rows: [String] = []
for text in texts {
  var read = Duration.seconds(1000)
  var speeds = [(index: Duration, split: Duration)](repeating: (.seconds(1000), .seconds(1000)), count: Int(best) + 1)
  cs_csv_force_scan_level(0)
  let expected = scan(text)
  let sum = wordSum(text)
  // Levels take turns: on a shared machine each gets its part of the quiet moments.
  for _ in 0..<max(1, repeats) {
    read = min(read, time(sum) { wordSum(text) })
    for level in 0...best {
      cs_csv_force_scan_level(level)
      let index = time(expected.fields) { indexed(text).fields }
      let split = time(expected.records) { splitted(text).records }
      speeds[Int(level)] = (min(speeds[Int(level)].index, index), min(speeds[Int(level)].split, split))
    }
  }
  let bytesPerField = Double(text.bytes.count) / Double(max(1, expected.fields))
  for level in 0...best {
    cs_csv_force_scan_level(level)
    let name = String(cString: cs_csv_scan_level_name(level))
    guard scan(text) == expected else {
      FileHandle.standardError.write(Data("\(text.name): \(name) finds other fields or records than plain\n".utf8))
      exit(1)
    }
    let columns = [
      text.name, String(text.bytes.count), String(format: "%.1f", bytesPerField), name,
      text.speed(speeds[Int(level)].index), text.speed(speeds[Int(level)].split), text.speed(read),
    ]
    rows.append("| " + columns.joined(separator: " | ") + " |")
  }
}
print(
  """
  # The CSV scanner on one thread

  \(machineDescription()), \(today()).
  GB/s, best of \(repeats) runs over the same memory: the index finds fields, the split records; read is a sum of 8-byte
  words. All levels found the same fields and records. `make bench-scan`.

  | text | bytes | bytes a field | level | index | split | read |
  |---|---|---|---|---|---|---|
  \(rows.joined(separator: "\n"))
  """)
