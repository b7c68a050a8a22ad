// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// One way to read a record that may break the form.
struct CSVLeniency {
  /// True: the first break ends the reading.
  var isStrict = false
  /// True: quoted fields may hold line ends. False: a quote that is not closed on its line is text.
  var spansLines: Bool
  /// True: a quote that neither a delimiter nor a line end follows is text, and the field goes on. False: such a field is text as a
  /// whole, quotes included, up to the next delimiter.
  var innerQuotesAreText: Bool
  /// True: spaces around fields and quotes are left out.
  var skipsSpaces: Bool
  /// Bytes from the record's start that are looked at for a closing quote; nil: all.
  var mostBytes: Int?

  /// The form itself.
  static let strict = CSVLeniency(isStrict: true, spansLines: true, innerQuotesAreText: false, skipsSpaces: false)

  /// The ways to read a record out of form, the first that fits wins.
  static let inOrder = [
    CSVLeniency(spansLines: false, innerQuotesAreText: true, skipsSpaces: false),
    CSVLeniency(spansLines: false, innerQuotesAreText: true, skipsSpaces: true),
    CSVLeniency(spansLines: false, innerQuotesAreText: false, skipsSpaces: false),
    CSVLeniency(spansLines: true, innerQuotesAreText: true, skipsSpaces: true, mostBytes: 1 << 20),
  ]
}
