// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension QueryExpression {
  /// Throws `query.syntax` for types that do not fit whatever the columns' are, and for constants that mean nothing where they stand:
  /// `date_trunc('decade', d)`, `x || 5`.
  ///
  /// Columns and aggregates are bound as nulls of no type, and what is made of them stays so wherever their types would have a say.
  /// O(operations).
  func checkTypes(_ part: QuerySyntaxError.Part, item: Int) throws(QuerySyntaxError) {
    guard let error = typeError(part) else { return }
    let told = " of \(part.rawValue)"
    throw QuerySyntaxError(
      part: part, item: item,
      summary: error.summary.hasSuffix(told) ? String(error.summary.dropLast(told.count)) : error.summary,
      advice: error.advice)
  }

  private func typeError(_ part: QuerySyntaxError.Part) -> AggregateError? {
    if isConstant { return nil }
    var binder = ExpressionBinder(sources: [], part: part)
    binder.knowsColumns = false
    do {
      _ = try binder.bind(self)
      return nil
    } catch {
      return error as? AggregateError
    }
  }
}
