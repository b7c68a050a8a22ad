// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// What a field's marks say, if it is a number with decimal comma or with groups but no plain one; nil for anything else.
func numbersInOtherStyles(_ field: UnsafeRawBufferPointer) -> CSVEvidence.Kinds? {
  guard field.count <= CSVStyle.longest, let first = field.first,
    isDigit(first) || first == UInt8(ascii: "-") || first == UInt8(ascii: ",")
  else { return nil }
  let comma = UInt8(ascii: ",")
  let hasComma = field.contains(comma)
  let decimal: CSVEvidence.Kinds = hasComma ? .commaDecimal : []
  func isNumber(_ decimal: UInt8, _ groups: CSVNumberStyle.Groups) -> Bool {
    isNumberInStyle(field, CSVNumberStyle(decimal: decimal, groups: groups))
  }
  if !isDigit(field[field.count - 1]), field[field.count - 1] != comma, field[field.count - 1] != UInt8(ascii: ".") {
    return nil
  }
  for (mark, kind) in zip(CSVNumberStyle.spaces, spaceKinds) where holds(field, mark) {
    return isNumber(hasComma ? comma : UInt8(ascii: "."), .mark(mark)) ? [kind, decimal] : nil
  }
  if hasComma {
    let mayGroup = isNumber(UInt8(ascii: "."), .mark([comma]))
    if isNumber(comma, .none) { return mayGroup ? .commaEither : .commaDecimal }
    if mayGroup { return .commaGroups }
  }
  return isNumber(comma, .mark([UInt8(ascii: ".")])) ? [.dotGroups, decimal] : nil
}

private let spaceKinds: [CSVEvidence.Kinds] = [.spaceGroups, .wideSpaceGroups, .narrowSpaceGroups]

private func isNumberInStyle(_ field: UnsafeRawBufferPointer, _ style: CSVNumberStyle) -> Bool {
  withUnsafeTemporaryAllocation(byteCount: CSVStyle.room, alignment: 8) { room in
    let length = style.rewrite(field, to: room.baseAddress!)
    guard length > 0 else { return false }
    var facts = cs_number_facts()
    var value = 0.0
    return cs_parse_number(room.baseAddress!.assumingMemoryBound(to: UInt8.self), length, &value, &facts) == 1
  }
}

private func holds(_ field: UnsafeRawBufferPointer, _ mark: [UInt8]) -> Bool {
  guard field.count >= mark.count else { return false }
  return (0...field.count - mark.count).contains { at in
    mark.indices.allSatisfy { field[at + $0] == mark[$0] }
  }
}
