// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns

/// Groups and aggregates tables as the command's texts say: `by` as `date_trunc('month', day) as month, state`, `aggregates` as
/// `sum(price * (1 - discount)) as revenue, count(*)`, `where` as `cases > 0`, `having` as `revenue > 5`, `orderBy` as `state, revenue desc`.
///
/// The texts are read before any input is looked at: what they throw then is an ``QuerySyntaxError``, wrong usage whatever the
/// inputs. For the rest see `Aggregation.aggregate(_:_:threads:ignoringStatistics:)`, which does the work.
public func aggregate(
  _ sources: [any TableSource], by: String?, aggregates: String?, where filter: String? = nil, having: String? = nil,
  orderBy: String? = nil, distinct isDistinct: Bool = false, limit: Int? = nil, threads: Int
) throws -> Table {
  let query = try TableQuery(
    by: by, aggregates: aggregates, where: filter, having: having, orderBy: orderBy, distinct: isDistinct, limit: limit)
  return try aggregate(sources, query, threads: threads)
}
