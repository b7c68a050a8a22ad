// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import TextFormats

/// Converts INPUT arguments, all CSVs, into one chunk file and publishes it: afterwards it is there, whole, or an error was
/// thrown and what was there before still is. Records left out go to `rejects`, which is published before.
public func convertFiles(
  _ arguments: [String], to target: OutputTarget, rejects: OutputTarget? = nil, reading: CSVOptions = CSVOptions(),
  compression: Compression = .automatic, threads: Int,
  progress: (@Sendable (ConvertOptions.Progress) -> Void)? = nil
) throws -> ConvertReceipt {
  let inputs = try expandInputs(arguments).map { path in
    guard case .text(let text) = try openInput(path) else { throw InputError(.alreadyConverted, path: path) }
    return text
  }
  var reading = reading
  reading.threads = threads
  var options = ConvertOptions(inputs: inputs, reading: reading)
  options.compression = compression
  options.progress = progress
  if let rejects { options.makeRejects = { try openOutput(rejects) } }
  if target.path == "-" { return try publishing(to: target) { try convert(options, into: $0) } }
  let (receipt, output, rejected) = try convert(options) { try openOutput(target) }
  try rejected?.publish()
  try output.publish()
  return receipt
}
