// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

// Which type holds the values of several, and how values are brought to it.

extension ExpressionBinder {
  /// All digits and those behind the point of exact numbers; nil of other types.
  func digits(_ bound: BoundExpression) -> (precision: Int, scale: Int)? {
    switch bound.type {
    case .int64:
      if case .int64(let value)? = program.constant(bound.node) { return (digitCount(UInt128(value.magnitude)), 0) }
      return (19, 0)
    case .decimal(let precision, let scale): return (precision, scale)
    default: return nil
    }
  }

  /// The type that holds the values of all; nil if they do not mix. Nulls are of any type; nothing but nulls is int64.
  func commonType(_ parts: [BoundExpression]) -> ColumnType? {
    let typed = parts.filter { $0.type != nil }
    guard let first = typed.first, var type = first.type else { return .int64 }
    var known = digits(first)
    for part in typed.dropFirst() {
      guard let next = part.type else { continue }
      defer { known = isExact(type) ? (digits(type)) : nil }
      if next == type { continue }
      if let before = known, let own = digits(part), type != .float64 {
        let scale = max(before.scale, own.scale)
        let precision = scale + max(before.precision - before.scale, own.precision - own.scale)
        type = .decimal(precision: min(precision, ColumnType.maximumDecimalPrecision), scale: scale)
      } else if type.isNumeric, next.isNumeric {
        type = .float64
      } else if [type, next] == [.date, .timestamp(isUTC: false)] || [next, type] == [.date, .timestamp(isUTC: false)] {
        type = .timestamp(isUTC: false)
      } else {
        return nil
      }
    }
    return type
  }

  private func isExact(_ type: ColumnType) -> Bool { type.isNumeric && type != .float64 }

  private func digits(_ type: ColumnType) -> (precision: Int, scale: Int) {
    if case .decimal(let precision, let scale) = type { (precision, scale) } else { (19, 0) }
  }

  /// All of them in the type that holds all. Throws `expression.type` if they do not mix.
  mutating func unified(_ parts: [BoundExpression], _ what: String) throws -> (
    parts: [BoundExpression], type: ColumnType?
  ) {
    guard
      let model = parts.first(where: { $0.type != nil && program.constant($0.node) == nil })
        ?? parts.first(where: { $0.type != nil })
    else { return (parts, nil) }
    let parts = try parts.map { try moment($0, like: model) }
    if !knowsColumns, parts.contains(where: { $0.type == nil }) { return (parts, nil) }
    guard let type = commonType(parts) else {
      let types = parts.compactMap { $0.type.map { "\($0)" } }
      throw typeError(parts[0].origin, "\(what) of \(types.joined(separator: ", "))", "bring all to one type with cast")
    }
    return (try parts.map { try converted($0, to: type) }, type)
  }

  /// The value in a type that holds all of its own type's values.
  mutating func converted(_ bound: BoundExpression, to type: ColumnType) throws -> BoundExpression {
    guard let own = bound.type else { return null(type, bound.origin) }
    if own == type { return bound }
    if type == .float64 { return double(bound) }
    if own == .date, type == .timestamp(isUTC: false) { return made(.midnight, [bound], type) }
    guard isExact(own), isExact(type) else { preconditionFailure("\(own) does not go into \(type)") }
    return rescaled(bound, to: type)
  }

  /// Exact numbers at a type's scale; rows that have no room fail.
  mutating func rescaled(_ bound: BoundExpression, to type: ColumnType) -> BoundExpression {
    guard let own = bound.type, let (precision, scale) = digits(bound) else { preconditionFailure("exact numbers") }
    let power = type.scale - scale
    precondition(power >= 0, "digits are dropped by rounding")
    let limit = digits(type).precision
    let isNarrower = type == .int64 ? own != .int64 : precision + power > limit
    // The same integers in the same form need no work.
    if power == 0, own.isWide == type.isWide, !isNarrower {
      return BoundExpression(node: bound.node, type: type, origin: bound.origin)
    }
    return made(.rescale(power: power, digits: isNarrower ? limit : nil), [bound], type)
  }

  /// Numbers as nearest doubles.
  mutating func double(_ bound: BoundExpression) -> BoundExpression {
    if bound.type == .float64 { return bound }
    return made(.double(scale: bound.type?.scale ?? 0), [bound], .float64)
  }

  /// The result of an operation, at the place of its first input unless told.
  mutating func made(
    _ operation: ExpressionOperation, _ inputs: [BoundExpression], _ type: ColumnType,
    _ origin: ExpressionOrigin? = nil
  ) -> BoundExpression {
    let origin = origin ?? inputs[0].origin
    return BoundExpression(
      node: program.node(operation, inputs.map(\.node), type, origin), type: type, origin: origin)
  }

  /// `cast`: throws `expression.type` between types that have nothing to do with each other.
  mutating func cast(_ bound: BoundExpression, to type: ColumnType, _ origin: ExpressionOrigin) throws
    -> BoundExpression
  {
    guard let own = bound.type else { return null(type, origin) }
    switch (own, type) {
    case _ where own == type: return bound
    case (_, .string): return made(.convert(from: own), [bound], type, origin)
    case (.string, _), (.float64, .int64), (.float64, .decimal), (.float64, .bool), (.int64, .bool), (.decimal, .bool):
      if own == .float64 || own == .string || own == .int64 { return made(.convert(from: own), [bound], type, origin) }
      return made(.not, [try comparison(.equal, bound, constant(.int64(0), origin), origin)], .bool, origin)
    case (.bool, .int64): return BoundExpression(node: bound.node, type: .int64, origin: origin)
    case (.int64, .float64), (.decimal, .float64): return double(bound)
    case (.int64, .decimal), (.decimal, .int64), (.decimal, .decimal): return castExact(bound, own, to: type, origin)
    case (.date, .timestamp(isUTC: false)): return made(.midnight, [bound], type, origin)
    case (.timestamp, .date): return made(.day, [bound], type, origin)
    case (.timestamp, .timestamp): return BoundExpression(node: bound.node, type: type, origin: origin)
    default:
      throw typeError(origin, "\(own) cannot be made \(type)", "cast it to string, then to \(type)")
    }
  }

  private mutating func castExact(
    _ bound: BoundExpression, _ own: ColumnType, to type: ColumnType, _ origin: ExpressionOrigin
  ) -> BoundExpression {
    guard type.scale < own.scale else { return rescaled(bound, to: type) }
    let dropped = own.scale - type.scale
    // Rounding may carry into one digit more.
    let precision = max(digits(own).precision - dropped + 1, type.scale, 1)
    let rounded = made(
      .dropDigits(dropped, .halfAway), [bound],
      .decimal(precision: min(precision, ColumnType.maximumDecimalPrecision), scale: type.scale), origin)
    return rescaled(rounded, to: type)
  }
}
