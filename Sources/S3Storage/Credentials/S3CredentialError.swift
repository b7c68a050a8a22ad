// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Why there are no credentials, no region or no endpoint. Never holds a secret: no value of a setting is quoted but names of profiles,
/// of roles, of sources and of files.
struct S3CredentialError: Diagnosis, Equatable {
  /// Stable kinds; the raw value is the ``Diagnosis/code``.
  enum Kind: String, Sendable, CaseIterable {
    /// No source has any; the details list the sources in the order in which they were asked.
    case noCredentials = "s3.no-credentials"
    /// A source has a part of them only: a key without its secret.
    case incomplete = "s3.incomplete-credentials"
    /// They ended, or the server says so, and the source has no newer ones.
    case expired = "s3.credentials-expired"
    /// Somebody must sign in, or type a code, which another program does.
    case needsLogin = "s3.needs-login"
    /// A source that is set up does not answer, or not as it should.
    case sourceFailed = "s3.credential-source-failed"
    /// A profile that does not exist, that contradicts itself, or whose sources lead round in a circle.
    case badProfile = "s3.bad-profile"
    /// A line of a shared file that cannot be read.
    case badConfigFile = "s3.bad-config-file"
    /// A variable or a setting with a value that means nothing.
    case badSetting = "s3.bad-setting"
    /// It is not known in which region the bucket is.
    case noRegion = "s3.no-region"
  }

  /// What kind of failure it is.
  let kind: Kind
  /// What was found, one line.
  let summary: String
  /// Shared file and line, where one is at fault.
  let place: Place
  /// What to do about it.
  let advice: String?
  /// For `s3.no-credentials`: where it looked, and what each place said.
  let details: [String]

  init(
    _ kind: Kind, _ summary: String, place: Place = Place(), advice: String? = nil, details: [String] = []
  ) {
    self.kind = kind
    self.summary = summary
    self.place = place
    self.advice = advice
    self.details = details
  }

  /// The kind's stable identifier.
  var code: String { kind.rawValue }

  /// The region is asked for, and nothing says which.
  static var noRegion: S3CredentialError {
    S3CredentialError(
      .noRegion, "no region is set",
      advice: "set AWS_REGION to the region of the bucket, or region = … for the profile in ~/.aws/config")
  }

  /// A variable or setting, called `name`, is none of what is `accepted`.
  static func badSetting(_ name: String, accepted: String, place: Place = Place()) -> S3CredentialError {
    S3CredentialError(.badSetting, "\(name) is not \(accepted)", place: place)
  }
}

/// What a server said, made fit for an error: one line of at most 300 characters in which none of `secrets`, which the request held, is
/// left, neither as it is nor as it was encoded.
func quotable(_ text: String, without secrets: [String?]) -> String {
  var shown = text
  for case let secret? in secrets where !secret.isEmpty {
    for form in [secret, percentEncoded(secret)] { shown.replace(form, with: "(hidden)") }
  }
  let line = shown.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) }
  return line.count > 300 ? String(line[..<300]) + "…" : String(line)
}
