// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// One column's fields of some rows in the plain style, in text of their own: what the typed loops read where a column has another.
///
/// A field that does not fit the style is `?`, which is of no type that has styles. Belongs to one thread.
final class CSVRestyledFields {
  let fields = CSVFields()
  private(set) var text: UnsafeMutablePointer<UInt8>
  private var capacity = 0

  init() { text = .allocate(capacity: CSVTextChunk.padding) }

  deinit { text.deallocate() }

  /// Takes the place of `source`, whose text is `sourceText`, for values of `type`.
  func restyle(_ source: CSVFields, of sourceText: UnsafePointer<UInt8>, as style: CSVStyle, for type: ColumnType) {
    switch (type, style.date) {
    case (.date, .order(let order, let separator)), (.timestamp, .order(let order, let separator)):
      rewriteAll(source, sourceText) { rewriteDate($0, order, separator: separator, to: $1) }
    case (.date, .format(let format)), (.timestamp, .format(let format)):
      rewriteAll(source, sourceText) { format.rewrite($0, to: $1) }
    default:
      let number = style.number
      rewriteAll(source, sourceText) { number.rewrite($0, to: $1) }
    }
  }

  @inline(__always)
  private func rewriteAll(
    _ source: CSVFields, _ sourceText: UnsafePointer<UInt8>,
    _ rewrite: (UnsafeRawBufferPointer, UnsafeMutableRawPointer) -> Int
  ) {
    reserve(for: source)
    fields.begin(rowCount: source.count, nullCount: source.nullCount)
    let starts = fields.starts
    let ends = fields.ends
    // An empty string ends one before it starts.
    var at = 1
    var previous = (start: 0, length: 0)
    var written = (start: 1, end: 1)
    for row in 0..<source.count {
      let start = Int(source.starts[row])
      let length = Int(source.ends[row]) - start
      if length <= 0 {
        starts[row] = UInt32(at)
        ends[row] = UInt32(at + length)
        continue
      }
      if length != previous.length || !equalStrings(sourceText + start, sourceText + previous.start, length) {
        var count = rewrite(UnsafeRawBufferPointer(start: sourceText + start, count: length), text + at)
        if count == 0 {
          text[at] = UInt8(ascii: "?")
          count = 1
        }
        written = (at, at + count)
        at += count
        previous = (start, length)
      }
      starts[row] = UInt32(truncatingIfNeeded: written.start)
      ends[row] = UInt32(truncatingIfNeeded: written.end)
    }
  }

  private func reserve(for source: CSVFields) {
    // What follows the last field is room that its rewriting may use.
    var wanted = 1 + CSVStyle.room
    for row in 0..<source.count where source.ends[row] > source.starts[row] {
      wanted += min(Int(source.ends[row] - source.starts[row]), CSVStyle.longest) + CSVStyle.room - CSVStyle.longest
    }
    guard wanted > capacity else { return }
    text.deallocate()
    capacity = wanted + wanted / 2
    text = .allocate(capacity: capacity + CSVTextChunk.padding)
    text.initialize(repeating: 0, count: capacity + CSVTextChunk.padding)
  }
}
