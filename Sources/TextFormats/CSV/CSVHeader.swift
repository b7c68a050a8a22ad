// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A text's columns: the names it gives them, made unique, or `column_1`, … where it gives none.
struct CSVHeader: Equatable {
  private(set) var names: [String]
  /// True if the text has no header.
  let isInvented: Bool
  /// Columns whose name is not what the header says.
  private(set) var warnings: [String] = []

  /// `names` may have empty and equal ones; nil without a header. `file` is for the warnings.
  init(names given: [String]?, width: Int, file: String) {
    names = given ?? Array(repeating: "", count: width)
    isInvented = given == nil
    makeNamesUnique(file: lastComponent(of: file))
    if isInvented { warnings = [] }
  }

  private mutating func makeNamesUnique(file: String) {
    let all = Set(names)
    var taken = Set<String>()
    // Per name, the number to try next: smaller ones are taken, and stay so.
    var nextNumber: [String: Int] = [:]
    for index in names.indices {
      var name = names[index]
      if name.isEmpty { name = "column_\(index + 1)" }
      if taken.contains(name) || (names[index].isEmpty && all.contains(name)) {
        var number = nextNumber[name, default: 2]
        while taken.contains("\(name)_\(number)") || all.contains("\(name)_\(number)") { number += 1 }
        nextNumber[name] = number + 1
        name = "\(name)_\(number)"
      }
      if name != names[index] {
        let was = names[index].isEmpty ? "has no name" : repetition(index)
        warnings.append("\(file): column \(index + 1) \(was); it is called \"\(name)\" here")
        names[index] = name
      }
      taken.insert(name)
    }
  }

  /// Names are distinct under canonical equivalence: an é of one code point and one of two look the same and are one name.
  private func repetition(_ index: Int) -> String {
    let name = names[index]
    let isSameText = names[..<index].contains { $0.utf8.elementsEqual(name.utf8) }
    return isSameText
      ? "repeats the name \"\(name)\"" : "has the name \"\(name)\" of an earlier column, in other code points"
  }
}
