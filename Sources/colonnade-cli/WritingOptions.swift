// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ObjectStorage

/// What the places that outputs go to are told.
struct WritingOptions: ParsableArguments {
  @Flag(help: "Replace nothing: fail if an output is there already. On S3 the service checks it, if it can.")
  var ifNotExists = false

  @Option(
    help: ArgumentHelp(
      "Encryption of outputs in S3: AES256, aws:kms, aws:kms:dsse. (default: the bucket's)", valueName: "kind"))
  var sse: ServerEncryption?

  @Option(help: ArgumentHelp("Key for --sse aws:kms. (default: the bucket's, else the account's)", valueName: "key"))
  var sseKmsKeyId: String?

  func validate() throws {
    if sseKmsKeyId != nil, sse == nil || sse == .aes256 {
      throw ValidationError("--sse-kms-key-id goes with --sse aws:kms")
    }
  }

  /// For outputs to `paths`, nil for those that are not written. Throws a usage error where an option has no effect on any.
  func options(for paths: [String?]) throws -> WriteOptions {
    let outputs = paths.compactMap { $0 }.filter { $0 != "-" }
    if ifNotExists, outputs.isEmpty {
      throw ValidationError("--if-not-exists has no effect on standard output: say -o")
    }
    if sse != nil, !outputs.contains(where: { $0.hasPrefix("s3://") }) {
      throw ValidationError("--sse is for outputs under s3://")
    }
    return WriteOptions(ifAbsent: ifNotExists, encryption: sse?.rawValue, encryptionKey: sseKmsKeyId)
  }
}

/// Kinds of `x-amz-server-side-encryption`.
enum ServerEncryption: String, Choice {
  case aes256 = "AES256"
  case kms = "aws:kms"
  case doubleKMS = "aws:kms:dsse"
}
