// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension ColumnPage {
  /// The same page with strings of its own in place of codes; other pages as they are. `dictionary` is needed for codes.
  ///
  /// O(rows + bytes of their strings).
  package func withPlainStrings(_ dictionary: StringDictionary?) -> ColumnPage {
    guard case .codes(let codes) = values else { return self }
    if validity == .allNull { return ColumnPage(nullRows: rowCount, type: .string) }
    guard let entries = dictionary?.entries else { preconditionFailure("codes without their dictionary") }
    var strings = StringArray(reservingStrings: codes.count)
    for (row, code) in codes.enumerated() {
      if validity.isValid(row) {
        entries.withUTF8(Int(code)) { strings.append($0) }
      } else {
        strings.append(utf8: [])
      }
    }
    return ColumnPage(values: .strings(strings), validity: validity)
  }
}
