// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ArgumentParser
import Columns
import Glibc
import Pipelines

/// `colonnade agg`: group, sum and more.
struct AggCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agg",
    abstract: "Group rows and sum, count, average them, exactly.",
    discussion: """
      EXAMPLES
        colonnade agg cities.cln --by date,state --agg 'sum(cases), sum(deaths)'
        colonnade agg cities.cln --by state --agg 'mean(cases) as m' \\
          --order-by 'm desc'
        colonnade agg cities.cln --agg 'sum(cases)' \\
          --where "state = 'SP' and date >= '2020-07-01'"
        colonnade agg sales.cln --by "date_trunc('month', day) as month" \\
          --agg 'sum(price * (1 - discount)) as revenue' --having 'revenue > 1000'
        colonnade agg 2024/ --agg 'count(*), sum(amount)' -o total.json
        colonnade agg cities.cln --by state \\
          --agg 'quantile(cases, 0.9) as p90, top(cases, 3)'
        colonnade agg 2024/ --by shop --agg 'sum(amount)' -o shops.csv --null-as NA

      Functions: count(*), count(x), count(distinct x), sum, min, max, mean (avg),
      median, quantile(x, 0.9), var, var_pop, stddev, stddev_pop, corr(x, y),
      covar(x, y), covar_pop(x, y), first, last, any, top(x, 3), bottom(x, 3).
      count(*) counts rows, count(x) values that are not null. All are exact, rounded
      once at the end: no order of rows, threads or chunks changes a bit. Quantiles
      of numbers lie between neighbours, those of other types are one of the values.
      var and stddev are of samples; with too few values they are null, as corr is
      where one side is constant; a NaN or infinity makes them NaN. first and last go
      by the order of inputs and rows. top and bottom give up to so many rows per
      group. Without 'as', a plain sum(x) alone on its column is called x; others are
      mean_x, corr_x_y, count_distinct_x, count. Rows come in ascending order of the
      keys unless --order-by says otherwise: strings by their bytes, nulls last. A
      name with spaces or commas goes in double quotes: --by '"my column"'.

      Expressions stand in all options, as in SQL: + - * / %, ||, comparisons,
      between, in, like (ilike), is null, and, or, not,
      case when … then … else … end, cast(x as date) or x::date, interval '3' month,
      abs, round(x, 2), floor, ceil, least, greatest, coalesce, nullif, length,
      lower, upper, trim, substring(x, 1, 3), year, quarter, month, week, day,
      dayofweek, hour, minute, second,
      date_trunc('month', d), d + 7, d - e. --where asks rows; --by groups by columns
      or expressions; --agg puts out expressions over aggregates and keys; --having
      asks groups, by names of the output, which come first, and aggregates.
      Decimals are exact, / gives the nearest float64, int64 past 64 bits is an error
      that names the row. Nothing is true of null but is null. Strings go in single
      quotes, a quote inside doubled: 'it''s'; dates and timestamps are written as
      strings: date >= '2020-07-01'; those of timestamp_utc with their offset.

      Groups that have no room in --memory are made part by part, from rows parted
      into a temporary file; the output is the same.

      With --partial, states of the groups go out instead, for merge-partials to make
      the same result of, whatever the split: --chunks 0:8 makes those of some chunks
      (counted over all inputs), --first-place tells where they stand among all chunks
      of a job of several inputs.
      """)

  @Argument(
    help: ArgumentHelp(
      "CSVs, .cln files, Arrow streams or files, folders or patterns of them, or - for standard input.",
      valueName: "input"))
  var inputs: [String]

  @Option(
    help: ArgumentHelp(
      "Keys: 'date,state' or 'year(date) as y'. (default: one group of all rows)", valueName: "columns"))
  var by: String?

  @Option(
    name: .customLong("agg"), help: ArgumentHelp("What to compute: 'sum(x * y) as s, count(*)'.", valueName: "list"))
  var aggregates: String?

  @Option(
    name: .customLong("where"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Only rows for which this is true: 'x > 5'.", valueName: "condition")
  )
  var filters: [String] = []

  @Option(
    name: .customLong("having"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Only groups for which this is true: 'n > 5'.", valueName: "condition")
  )
  var havings: [String] = []

  @Flag(help: "Of equal rows of the output, put out one.")
  var distinct = false

  @Option(help: ArgumentHelp("Order of the output: 'date, state desc'.", valueName: "list"))
  var orderBy: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Most rows to put out.", valueName: "n"))
  var limit: Int?

  @Flag(help: "Ask the pages, also where the footer answers; to measure decoding.")
  var ignoreStatistics = false

  @Flag(help: "Show how the groups would be found, instead of aggregating.")
  var explain = false

  @Flag(
    help: ArgumentHelp(
      "Write mergeable exact states of the groups, an Arrow stream for merge-partials, instead of the result."))
  var partial = false

  @Option(
    help: ArgumentHelp(
      "With --partial, number of the first chunk read among all chunks of the job: first, last and any go by it. (default: its own)",
      valueName: "n"))
  var firstPlace: Int?

  @Option(
    help: ArgumentHelp(
      "Read only these chunks, counted from 0 over all inputs, the last not included: 4:8.", valueName: "a:b"))
  var chunks: NumberRange?
  @OptionGroup var part: CSVPieceOptions
  @OptionGroup var room: MemoryOptions

  @Flag(
    help: "Tell on standard error what was read, grouped and spilled, the time of each step, and the peak of memory.")
  var stats = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var style: OutputStyleOptions
  @OptionGroup var csv: CSVInputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit takes a number from 0 on, not \(limit)") }
    if firstPlace != nil, !partial { throw ValidationError("--first-place goes with --partial") }
    if let firstPlace, !(0..<1 << 30).contains(firstPlace) {
      throw ValidationError("--first-place takes a number from 0 to \(1 << 30 - 1), not \(firstPlace)")
    }
    guard by != nil || aggregates != nil else { return }
    try refuseLooseWords()
    if inputs.filter({ $0 == "-" }).count > 1 { throw ValidationError("standard input can be only one of the inputs") }
    _ = try query()
    guard partial else {
      _ = try output.target(forTables: true, style: style)
      return
    }
    _ = try output.statesTarget(style)
    if explain { throw ValidationError("--explain has no effect with --partial") }
    if stats { throw ValidationError("--stats has no effect with --partial") }
  }

  /// Words of a condition or an order that the shell has cut off, as it was not in quotes, stand where inputs do.
  private func refuseLooseWords() throws {
    let words: Set = [
      "=", "==", "!=", "<>", "<=", ">=", "+", "*", "/", "and", "or", "in", "is", "like", "asc", "desc", "as",
    ]
    guard let word = inputs.first(where: { words.contains($0.lowercased()) && access($0, F_OK) != 0 }) else { return }
    throw ValidationError(
      "'\(word)' is no input: put a condition, list or order into quotes, as in --where \"state = 'SP'\" or --order-by 'x desc'"
    )
  }

  private func query() throws -> TableQuery {
    try usage {
      if filters.count > 1 { throw ValidationError("--where is given twice: join conditions with and") }
      if havings.count > 1 { throw ValidationError("--having is given twice: join conditions with and") }
      return try TableQuery(
        by: by, aggregates: aggregates, where: filters.first, having: havings.first, orderBy: orderBy,
        distinct: distinct, limit: limit)
    }
  }

  func run() throws {
    // Not in validate, which comes before unknown options are told: --bye is to be called by its name.
    if by == nil, aggregates == nil { throw ValidationError("say what to group by (--by) or to compute (--agg)") }
    let query = try query()
    try usage { try refuseOverwriting(outputs: output.paths, inputs: inputs) }
    let line = ProgressLine(isOn: common.showsProgress)
    defer { line.clear() }
    let limits = try room.aggregationLimits(threads: common.threads)
    let meter = AggregationMeter(progress: common.showsProgress ? line.update(_:) : nil)
    var tables = try meter.step("open") { try openTables(for: query, limits, progress: line.update) }
    line.clear()
    if partial {
      return try writePartialAggregates(
        of: tables, query, chunks: chunks?.range, firstPlace: firstPlace, to: output.statesTarget(style),
        within: limits, ignoringStatistics: ignoreStatistics, meter: meter)
    }
    if let range = chunks?.range { tables = [try ChunkRange.checked(range, of: oneTable(tables))] }
    let result: any TableSource =
      try explain
      ? explainAggregation(of: tables, query, threads: common.threads, ignoringStatistics: ignoreStatistics)
      : aggregate(tables, query, within: limits, ignoringStatistics: ignoreStatistics, meter: meter)
    line.clear()
    let target = try output.target(forTables: true, style: style)
    try meter.step("write") {
      try writeTable(
        result, to: target, threads: common.threads, usesColour: output.usesColour,
        maximumTableRowCount: limit == nil ? output.maximumTableRowCount : nil)
    }
    if stats {
      let text = statisticsText(of: tables, columns: query.columnNames, result, meter, limits)
      printToStandardError(text)
    }
  }

  /// An unknown column is told with its place in the condition, as it is of chunk files.
  private func openTables(
    for query: TableQuery, _ limits: AggregationLimits,
    progress: @escaping @Sendable (ConvertOptions.Progress) -> Void
  ) throws -> [any TableSource] {
    var reading = try csv.reading(isQuiet: common.quiet)
    try part.apply(to: &reading, inputs: inputs)
    // Of no chunk, the columns and their types are asked for alone, which the start of a CSV tells if the types are known.
    if part.types != nil, let range = chunks?.range, range.isEmpty {
      (reading.rowLimit, reading.onReport) = (0, nil)
    }
    do {
      return try Pipelines.openTables(
        inputs, reading: reading, columns: query.columnNames, threads: common.threads,
        memory: room.memory == nil ? nil : limits.memory, temporaryFolder: limits.temporaryFolder,
        progress: progress)
    } catch let error as UnknownColumn {
      throw query.placed(error)
    }
  }
}
