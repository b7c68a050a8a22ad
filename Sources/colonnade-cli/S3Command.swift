// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Pipelines

/// `colonnade s3`: what only concerns S3.
struct S3Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "s3", abstract: "Look after what interrupted jobs leave in S3.",
    subcommands: [S3SweepCommand.self, S3RemoveCommand.self])
}

/// `colonnade s3 sweep`: aborts unfinished uploads.
struct S3SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Abort unfinished uploads, and list them: invisible parts that a killed machine left, which cost money.",
    discussion: """
      EXAMPLES
        colonnade s3 sweep s3://bucket/out/ --dry-run
        colonnade s3 sweep s3://bucket/out/ --older-than 6h

      Uploads of other programs count as well. One that is still under way is
      lost when it is aborted: take a time in which none can last so long.
      Needs s3:ListBucketMultipartUploads and s3:AbortMultipartUpload.
      """)

  @Argument(help: ArgumentHelp("s3://BUCKET, or s3://BUCKET/START-OF-KEYS.", valueName: "prefix"))
  var prefix: String

  @Option(help: ArgumentHelp("Only those begun so long ago: 90s, 30m, 6h, 1d.", valueName: "time"))
  var olderThan = "1d"

  @Flag(help: "List them, abort none.")
  var dryRun = false

  @Flag(name: [.short, .long], help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    if !prefix.hasPrefix("s3://") {
      throw ValidationError("\(prefix) is not an address in S3\n  try: s3://BUCKET/\(prefix)")
    }
    _ = try seconds()
  }

  private func seconds() throws -> Double {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = olderThan.last.flatMap({ units[$0] }), let count = Double(olderThan.dropLast()), count >= 0,
      count.isFinite
    else { throw ValidationError("--older-than takes a time such as 90s, 30m, 6h or 1d, not \"\(olderThan)\"") }
    return count * unit
  }

  func run() throws {
    let found = try sweepUploads(prefix, olderThanSeconds: try seconds(), isDryRun: dryRun) { upload in
      if !quiet { try printToStandardOutput("\(dryRun ? "unfinished" : "aborted") \(upload)\n") }
    }
    guard !quiet else { return }
    let kept = found.keptCount > 0 ? ", \(found.keptCount) younger than \(olderThan) kept" : ""
    printToStandardError(
      "\(found.sweptCount) unfinished upload\(found.sweptCount == 1 ? "" : "s") \(dryRun ? "found" : "aborted")\(kept)\n"
    )
  }
}

/// `colonnade s3 remove`: removes objects, each named in full.
struct S3RemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove objects, each named in full: the temporary parts of a job. One that is not there is no error.",
    discussion: """
      EXAMPLES
        colonnade s3 remove s3://bucket/out/table.cln.parts/part-00000.cln

      A folder is refused, and * is a character like others: nothing is removed
      that was not named.
      Needs s3:DeleteObject.
      """)

  @Argument(help: ArgumentHelp("s3://BUCKET/KEY.", valueName: "object"))
  var objects: [String]

  @Flag(name: [.short, .long], help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    for object in objects where !object.hasPrefix("s3://") {
      throw ValidationError("\(object) is not an address in S3\n  try: s3://BUCKET/\(object)")
    }
  }

  func run() throws {
    try removeObjects(objects)
    if !quiet { printToStandardError("\(objects.count) object\(objects.count == 1 ? "" : "s") removed\n") }
  }
}
