// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The JSON in which programs, containers and the instance metadata give credentials.
///
/// It is read by Foundation's decoder, which is in the binary anyway, as the argument parser has it: its use costs 8 KB and no time at the
/// start of the command, measured.
struct CredentialReply: Decodable {
  private enum CodingKeys: String, CodingKey {
    case version = "Version"
    case code = "Code"
    case accessKey = "AccessKeyId"
    case secretKey = "SecretAccessKey"
    case sessionToken = "SessionToken"
    case token = "Token"
    case expiration = "Expiration"
  }

  /// Of programs: 1.
  var version: Int?
  /// Of the instance metadata: `Success`, or what is wrong.
  var code: String?
  var accessKey: String?
  var secretKey: String?
  /// Programs call it so …
  var sessionToken: String?
  /// … and servers so.
  var token: String?
  var expiration: String?

  /// nil if it is no JSON object, or a member has another type; why is not told, as that might quote a secret.
  init?(_ bytes: [UInt8]) {
    guard let reply = try? JSONDecoder().decode(CredentialReply.self, from: Data(bytes)) else { return nil }
    self = reply
  }

  /// The credentials in it, or what it lacks.
  func credentials(origin: String) -> Result<Credentials, Lack> {
    guard let accessKey, !accessKey.isEmpty else { return .failure(Lack(what: "AccessKeyId")) }
    guard let secretKey, !secretKey.isEmpty else { return .failure(Lack(what: "SecretAccessKey")) }
    let end = expiration.map { secondsSince1970(ofTimestamp: $0) }
    if case .some(nil) = end { return .failure(Lack(what: "a readable Expiration")) }
    return .success(
      Credentials(
        accessKey: accessKey, secretKey: secretKey, sessionToken: sessionToken ?? token, expiry: end ?? nil,
        origin: origin))
  }

  /// A member that is missing or means nothing.
  struct Lack: Error, Equatable {
    var what: String
  }
}
