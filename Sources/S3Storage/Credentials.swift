// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What requests are signed with. Its description shows no secret, so that none gets into an error or a log.
struct Credentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
  var accessKey: String
  var secretKey: String
  /// Of temporary credentials.
  var sessionToken: String?
  /// When they end, in seconds since 1970; nil: they do not.
  var expiry: Double?
  /// Where they were found, for messages: `environment`, `profile NAME of /…/credentials`, …
  var origin: String

  var description: String { "credentials from \(origin)" }
  var debugDescription: String { description }
}
