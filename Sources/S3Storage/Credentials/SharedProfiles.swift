// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Settings of one profile.
struct AWSProfile: Sendable, Equatable {
  var name: String
  /// Heading that names it, for messages.
  var place: Place
  var settings: [String: ConfigSetting]

  /// The value of a setting; nil where it is missing.
  subscript(_ setting: String) -> String? { settings[setting]?.value }

  /// Settings that are used here, each with a value of one line.
  private static let used = [
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token", "role_arn",
    "source_profile",
    "credential_source", "external_id", "role_session_name", "duration_seconds", "mfa_serial",
    "web_identity_token_file",
    "credential_process", "region", "services", "endpoint_url", "ca_bundle", "max_attempts",
  ]

  /// Throws where a setting has swallowed those below it, as they are indented deeper: what it then holds is meant by nobody, and may be a
  /// secret where messages show a name.
  func refuseSwallowedLines() throws(S3CredentialError) {
    for name in Self.used {
      guard let setting = settings[name], setting.value.unicodeScalars.contains("\n") else { continue }
      throw S3CredentialError(
        .badConfigFile, "the lines below \(name) are indented deeper, and so belong to its value", place: setting.place,
        advice: "begin all settings of the profile \"\(self.name)\" in one column")
    }
  }
}

/// The profiles of `~/.aws/config` and `~/.aws/credentials`, or of the files that `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name
/// ("Shared config and credentials files", AWS SDKs and Tools Reference Guide). A file that does not exist is empty.
struct SharedProfiles: Sendable {
  /// As `~` and variables in them stand for.
  let configPath: String
  let credentialsPath: String
  let hasConfigFile: Bool
  let hasCredentialsFile: Bool
  /// From `[profile NAME]` and `[default]` of the first file.
  private(set) var ofConfigFile: [String: AWSProfile] = [:]
  /// From `[NAME]` of the second.
  private(set) var ofCredentialsFile: [String: AWSProfile] = [:]
  /// Both; where both have a setting, it is the second file's.
  private(set) var merged: [String: AWSProfile] = [:]
  /// From `[services NAME]`.
  private(set) var services: [String: AWSProfile] = [:]
  /// The profile in use: `AWS_DEFAULT_PROFILE`, `AWS_PROFILE`, else `default`.
  let name: String
  /// What names it; nil: nothing does.
  let namedBy: String?

  /// Reads both files. Throws where one is there and cannot be read, and ``S3CredentialError/Kind/badProfile`` where the profile that a
  /// variable asks for is in neither.
  init(_ surroundings: AWSSurroundings) throws(S3CredentialError) {
    namedBy = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"].first { surroundings[$0] != nil }
    name = namedBy.flatMap { surroundings[$0] } ?? "default"
    configPath = surroundings.expanded(surroundings["AWS_CONFIG_FILE"] ?? "~/.aws/config")
    credentialsPath = surroundings.expanded(surroundings["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials")

    let config = try Self.read(configPath, surroundings)
    let credentials = try Self.read(credentialsPath, surroundings)
    hasConfigFile = config != nil
    hasCredentialsFile = credentials != nil
    for section in config?.sections ?? [] { addConfig(section) }
    merged = ofConfigFile
    for section in credentials?.sections ?? [] {
      let profile = AWSProfile(name: section.heading, place: section.place, settings: section.settings)
      ofCredentialsFile[section.heading] = profile
      merged[section.heading, default: profile].settings.merge(section.settings) { _, new in new }
    }
    guard namedBy == nil || merged[name] != nil else { throw unknownProfile() }
    try current.refuseSwallowedLines()
  }

  /// The profile in use; an empty one if there is none and no variable asks for one.
  var current: AWSProfile { merged[name] ?? AWSProfile(name: name, place: Place(), settings: [:]) }

  private mutating func addConfig(_ section: ConfigSection) {
    let heading = section.heading
    if heading == "default" {
      ofConfigFile["default"] = AWSProfile(name: "default", place: section.place, settings: section.settings)
      return
    }
    guard let words = shellWords(heading), words.count == 2 else { return }
    let entry = AWSProfile(name: words[1], place: section.place, settings: section.settings)
    if heading.hasPrefix("profile") {
      ofConfigFile[words[1]] = entry
    } else if heading.hasPrefix("services") {
      services[words[1]] = entry
    }
  }

  private func unknownProfile() -> S3CredentialError {
    let near = nearestName(to: name, among: merged.keys.sorted())
    let other = "write [profile \(name)] in \(configPath), or [\(name)] in \(credentialsPath)"
    return S3CredentialError(
      .badProfile, "\(namedBy ?? "AWS_PROFILE") asks for the profile \"\(name)\", which does not exist",
      advice: near.map { "did you mean \"\($0)\"?" } ?? other)
  }

  private static func read(_ path: String, _ surroundings: AWSSurroundings) throws(S3CredentialError)
    -> SharedConfigFile?
  {
    let bytes: [UInt8]?
    do { bytes = try surroundings.readFile(path) } catch {
      let reason = (error as? SurroundingsFault)?.reason ?? "cannot be read"
      throw S3CredentialError(
        .badConfigFile, "cannot read it: \(reason)", place: Place(file: path),
        advice: "let this user read it, or name other files with AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE")
    }
    guard let bytes else { return nil }
    return try SharedConfigFile(bytes, path: path)
  }
}
