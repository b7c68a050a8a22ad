// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

extension cs_csv_bytes {
  /// Lines end with `\n`, values are quoted with `"`.
  init(delimiter: UInt8) {
    self.init(delimiter: delimiter, newline: UInt8(ascii: "\n"), quote: UInt8(ascii: "\""), has_quote: 1)
  }
}

/// `cs_csv_split` that never stops in doubt: each record's end is the newline where the parity of quotes says so.
func splitByParity(
  _ text: UnsafePointer<UInt8>, _ length: Int, delimiter: UInt8, _ recordLimit: Int, _ state: inout cs_csv_split_state
) {
  var bytes = cs_csv_bytes(delimiter: delimiter)
  while true {
    cs_csv_split(text, length, &bytes, recordLimit, &state)
    guard state.doubt != CS_CSV_DOUBT_NONE else { return }
    state.doubt = CS_CSV_DOUBT_NONE
    var isInside = false
    while state.position < length {
      let byte = text[state.position]
      state.position += 1
      if byte == bytes.quote { isInside.toggle() }
      guard byte == bytes.newline else { continue }
      state.newlines += 1
      if isInside { continue }
      state.records += 1
      state.last_end = state.position
      state.lines_at_end = state.newlines
      break
    }
    state.inside = isInside ? .max : 0
    if state.last_end != state.position { return }
  }
}
