// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import TextFormats

/// Converts INPUT arguments, all CSVs, into one chunk file and publishes it: afterwards it is there, whole, or an error was
/// thrown and what was there before still is.
///
/// Records left out go to `rejects`, the receipt as JSON to `receipt`. Both are opened before anything is read, and published just
/// before the chunk file: where that is new, they are. Standard output (`-`) gets its bytes before they are.
public func convertFiles(
  _ arguments: [String], to target: OutputTarget, rejects: OutputTarget? = nil,
  receipt receiptTarget: OutputTarget? = nil,
  reading: CSVOptions = CSVOptions(), compression: Compression = .automatic, threads: Int,
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
  options.rejects = try rejects.map(openOutput)
  let receiptWriter = try receiptTarget.map(openOutput)
  let (receipt, output) = try convert(options, to: target)
  var text = receipt.json
  try text.withUTF8 { try receiptWriter?.write(UnsafeRawBufferPointer($0)) }
  try options.rejects?.publish()
  try receiptWriter?.publish()
  try output.publish()
  return receipt
}

private func convert(
  _ options: ConvertOptions, to target: OutputTarget
) throws -> (receipt: ConvertReceipt, output: any ObjectWriter) {
  guard target.path == "-" else { return try convert(options) { try openOutput(target) } }
  let output = try openOutput(target)
  return (try convert(options, into: output), output)
}
