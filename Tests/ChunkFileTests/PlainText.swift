// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A table as the text beside a vector: one line per metadata entry, one for the columns, one per row, fields parted by tabs.
///
/// Nulls are `\N`; backslashes and bytes below 0x20 in texts are escaped (`\\`, `\x09`); doubles are their 64 bits in hex.
func plainText(of source: some TableSource, metadata: [(key: String, value: String)]) throws -> String {
  var lines = metadata.map { "metadata\t\(escaped($0.key))\t\(escaped($0.value))" }
  lines.append((["columns"] + source.schema.fields.map { "\(escaped($0.name)):\($0.type)" }).joined(separator: "\t"))
  for chunk in 0..<source.chunkCount {
    let columns = try source.schema.fields.indices.map { column in
      (try source.page(column: column, chunk: chunk), try source.dictionary(column: column))
    }
    for row in 0..<source.rowCount(ofChunk: chunk) {
      let fields = columns.enumerated().map { column, pair in
        plainText(of: pair.0.value(at: row, type: source.schema.fields[column].type, dictionary: pair.1))
      }
      lines.append((["row"] + fields).joined(separator: "\t"))
    }
  }
  return lines.map { $0 + "\n" }.joined()
}

private func plainText(of value: Value) -> String {
  switch value {
  case .null: return "\\N"
  case .bool(let value): return value ? "true" : "false"
  case .int64(let value): return "\(value)"
  case .decimal(let unscaled, let scale):
    guard scale > 0 else { return "\(unscaled)" }
    let digits = "\(unscaled.magnitude)"
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    return "\(unscaled < 0 ? "-" : "")\(padded.dropLast(scale)).\(padded.suffix(scale))"
  case .float64(let value):
    let hex = String(value.bitPattern, radix: 16)
    return "0x" + String(repeating: "0", count: 16 - hex.count) + hex
  case .date(let days): return isoDate(days)
  case .timestamp(let microseconds, let isUTC): return isoTimestamp(microseconds) + (isUTC ? "Z" : "")
  case .string(let text): return escaped(text)
  }
}

private func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    if scalar == "\\" {
      result += "\\\\"
    } else if scalar.value < 0x20 {
      result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// Date and time of microseconds, always with six digits of a second.
private func isoTimestamp(_ microsecondsSinceEpoch: Int) -> String {
  let perDay = 86_400_000_000
  let ofDay = (microsecondsSinceEpoch % perDay + perDay) % perDay
  let parts = [ofDay / 3_600_000_000, ofDay / 60_000_000 % 60, ofDay / 1_000_000 % 60]
  let time = parts.map { ($0 < 10 ? "0" : "") + "\($0)" }.joined(separator: ":")
  return
    "\(isoDate((microsecondsSinceEpoch - ofDay) / perDay))T\(time).\("\(1_000_000 + ofDay % 1_000_000)".dropFirst())"
}

/// Civil date of a day number, counted in 400-year eras from 0000-03-01.
private func isoDate(_ daysSinceEpoch: Int) -> String {
  let days = daysSinceEpoch + 719_468
  let era = (days >= 0 ? days : days - 146_096) / 146_097
  let dayOfEra = days - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  func digits(_ number: Int, _ width: Int) -> String {
    String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
  }
  return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
}
