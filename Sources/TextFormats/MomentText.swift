// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Days since 1970-01-01 of a `YYYY-MM-DD` from 0001 to 9999; nil for any other text.
package func daysSinceEpoch(ofDate text: String) -> Int? {
  var text = text
  return text.withUTF8 { bytes in
    guard bytes.count == 10 else { return nil }
    var known = CSVKnownDay()
    return known.number(UnsafeRawBufferPointer(bytes)).map { Int($0) }
  }
}

/// Microseconds since 1970-01-01T00:00:00 of a timestamp as CSVs have it, in UTC where the text has an offset; nil for any other text.
package func microsecondsSinceEpoch(ofTimestamp text: String) -> (microseconds: Int, hasOffset: Bool)? {
  var text = text
  return text.withUTF8 { bytes in
    var known = CSVKnownDay()
    return parseTimestamp(UnsafeRawBufferPointer(bytes), &known).map { (Int($0.microseconds), $0.hasOffset) }
  }
}
