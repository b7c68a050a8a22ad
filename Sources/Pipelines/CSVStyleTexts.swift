// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TextFormats

/// A format of dates as users write it. Throws `csv-option.date-format`.
func parsedDateFormat(_ text: String) throws(CSVOptionError) -> CSVDateFormat {
  do {
    return try CSVDateFormat(text)
  } catch {
    let found: String =
      switch error {
      case .unknown(let specifier): "\(specifier) in \"\(text)\""
      case .repeated(let specifier): "\(specifier) says again what was said, in \"\(text)\""
      case .noDay: "\"\(text)\" has no year, month or day"
      }
    throw CSVOptionError(
      .dateFormat, found: found, advice: "use %Y %y %m %d %e %b %B %H %M %S %f %z %T %F %%, as in '%d/%m/%Y'")
  }
}

/// The style of numbers, nil where nothing is said. Throws `csv-option.decimal` and `csv-option.thousands`.
func numberStyle(decimal: String?, thousands: String?) throws(CSVOptionError) -> CSVNumberStyle? {
  guard decimal != nil || thousands != nil else { return nil }
  // Where only the other mark is given and is the point, it can only be the comma.
  let decimal = decimal ?? (thousands == "." ? "," : ".")
  guard decimal == "." || decimal == "," else {
    throw CSVOptionError(.decimal, found: decimal, advice: "say '.' or ','")
  }
  guard let thousands else { return CSVNumberStyle(decimal: decimal.utf8.first!) }
  guard thousands != decimal else {
    throw CSVOptionError(.thousands, found: thousands, advice: "it is the decimal mark")
  }
  if thousands == "space" { return CSVNumberStyle(decimal: decimal.utf8.first!, groups: .anySpace) }
  let mark = Array(thousands.utf8)
  guard thousands.unicodeScalars.count == 1, isMark(mark) else {
    throw CSVOptionError(.thousands, found: thousands, advice: "give one character such as ',' or \"'\", or 'space'")
  }
  return CSVNumberStyle(decimal: decimal.utf8.first!, groups: .mark(mark))
}

/// False for control characters and what else numbers and words are made of.
private func isMark(_ bytes: [UInt8]) -> Bool {
  guard bytes.count == 1 else { return true }
  switch bytes[0] {
  case 0..<0x20, 0x7F, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "\""): return false
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "a")...UInt8(ascii: "z"):
    return false
  default: return true
  }
}
