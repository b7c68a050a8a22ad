// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns

/// Groups and aggregates tables as the command's texts say: `by` as `date, state`, `aggregates` as `sum(cases), count(*) as n`, `where` as
/// `cases > 0`, `orderBy` as `state, n desc`.
///
/// The texts are read before any input is looked at: what they throw then is an ``QuerySyntaxError``, wrong usage whatever the
/// inputs. For the rest see `Aggregation.aggregate(_:_:threads:ignoringStatistics:)`, which does the work.
public func aggregate(
  _ sources: [any TableSource], by: String?, aggregates: String?, where filter: String? = nil, orderBy: String? = nil,
  limit: Int? = nil, threads: Int
) throws -> Table {
  let query = try AggregateQuery(by: by, aggregates: aggregates, where: filter, orderBy: orderBy, limit: limit)
  return try aggregate(sources, query, threads: threads)
}
