// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns

/// Dictionary of a string column that is being written: a string joins it with the first row that has it.
///
/// So codes are in order of first row and no entry is without rows, whatever codes the table has, and however those came about:
/// the same rows give the same file.
package struct OutputDictionary {
  private static let unused = UInt32.max

  private let source: StringDictionary
  private let entryLimit: Int
  private let byteLimit: Int
  /// Per code of `source`, the code in the file.
  private var fileCodes: [UInt32]
  private var entries = StringArray()

  /// Starts empty, for pages whose codes are `source`'s. The limits are a chunk file's.
  package init(
    recoding source: StringDictionary, entryLimit: Int = ChunkFileLimits.dictionaryEntries,
    byteLimit: Int = ChunkFileLimits.dictionaryBytes
  ) {
    self.source = source
    self.entryLimit = entryLimit
    self.byteLimit = byteLimit
    fileCodes = Array(repeating: Self.unused, count: source.count)
  }

  /// What was added so far, in the order that `source` ranks it; nil if nothing was. O(strings of `source`).
  package var dictionary: StringDictionary? {
    if entries.count == 0 { return nil }
    var codesInOrder = [UInt32](repeating: Self.unused, count: source.count)
    for (code, rank) in source.ranks.enumerated() { codesInOrder[Int(rank)] = fileCodes[code] }
    var ranks = [UInt32](repeating: 0, count: entries.count)
    for (rank, code) in codesInOrder.lazy.filter({ $0 != Self.unused }).enumerated() { ranks[Int(code)] = UInt32(rank) }
    return StringDictionary(entries: entries, ranks: ranks)
  }

  /// The next page of the column in the file's codes. Where its new strings would pass a limit, none of them is added, and the
  /// page's strings are its own. O(rows).
  package mutating func recoded(_ page: ColumnPage) -> ColumnPage {
    guard case .codes(let codes) = page.values else { return page }
    if page.validity == .allNull { return ColumnPage(nullRows: page.rowCount, type: .string) }
    var recoded = [UInt32](repeating: 0, count: codes.count)
    var added: [Int] = []
    var byteCount = entries.bytes.count
    for row in codes.indices where page.validity.isValid(row) {
      let code = Int(codes[row])
      if fileCodes[code] == Self.unused {
        fileCodes[code] = UInt32(entries.count + added.count)
        added.append(code)
        byteCount += source.entries.range(code).count
      }
      recoded[row] = fileCodes[code]
    }
    guard entries.count + added.count <= entryLimit, byteCount <= byteLimit else {
      for code in added { fileCodes[code] = Self.unused }
      return page.withPlainStrings(source)
    }
    for code in added { source.entries.withUTF8(code) { entries.append($0) } }
    return ColumnPage(values: .codes(recoded), validity: page.validity)
  }
}
