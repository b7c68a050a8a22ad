// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension CredentialChain {
  /// Credentials of the role that the profile in use names ("Assume role credential provider", AWS SDKs and Tools Reference Guide).
  func roleCredentials() throws(S3CredentialError) -> SourceAnswer {
    guard Self.namesRole(profiles.current) else { return .nothing("profile \"\(profiles.name)\": names no role") }
    return .found(try assumedRole(of: profiles.current, by: [profiles.name]))
  }

  /// Roles by web identity are another source's.
  private static func namesRole(_ profile: AWSProfile) -> Bool {
    profile["role_arn"] != nil && profile["web_identity_token_file"] == nil
  }

  private static func hasKeys(_ profile: AWSProfile) -> Bool {
    profile["aws_access_key_id"] != nil || profile["aws_secret_access_key"] != nil
  }

  /// - Parameter visited: Profiles that led here, this one last.
  private func assumedRole(of profile: AWSProfile, by visited: [String]) throws(S3CredentialError) -> Credentials {
    if let setting = profile.settings["mfa_serial"] {
      throw S3CredentialError(
        .needsLogin,
        "the role of the profile \"\(profile.name)\" wants a code of a second factor (mfa_serial), which cannot be asked for here",
        place: setting.place,
        advice:
          "get its credentials with the AWS command line (aws sts assume-role --serial-number … --token-code …), and set them in the environment"
      )
    }
    var request = RoleRequest(roleARN: profile["role_arn"] ?? "", profile: profile.name)
    request.sessionName = profile["role_session_name"]
    request.externalID = profile["external_id"]
    if let setting = profile.settings["duration_seconds"] {
      guard let seconds = Int(setting.value), seconds > 0 else {
        throw .badSetting("duration_seconds", accepted: "a number of seconds", place: setting.place)
      }
      request.durationSeconds = seconds
    }
    request.credentials = try checked(sourceCredentials(of: profile, by: visited))
    return try SecurityTokenService(configuration, surroundings, transport).assume(request)
  }

  private func sourceCredentials(of profile: AWSProfile, by visited: [String]) throws(S3CredentialError) -> Credentials
  {
    switch (profile.settings["source_profile"], profile.settings["credential_source"]) {
    case (.some, let other?):
      throw fault(profile, "has both source_profile and credential_source", other.place, advice: "take one of them out")
    case (nil, nil):
      throw fault(
        profile, "names a role and neither source_profile nor credential_source",
        profile.settings["role_arn"]?.place ?? profile.place,
        advice:
          "say whose credentials may take on the role: source_profile = …, or credential_source = Ec2InstanceMetadata")
    case (nil, let setting?):
      return try namedSource(setting, of: profile)
    case (let setting?, nil):
      return try sourceProfile(setting, of: profile, by: visited)
    }
  }

  private func namedSource(_ setting: ConfigSetting, of profile: AWSProfile) throws(S3CredentialError) -> Credentials {
    let answer: SourceAnswer
    switch setting.value {
    case "Environment": answer = try environmentCredentials()
    case "EcsContainer": answer = try ContainerCredentials(surroundings, transport).find()
    case "Ec2InstanceMetadata": answer = try InstanceMetadata(surroundings, profiles, transport).find()
    default:
      throw .badSetting(
        "credential_source", accepted: "Environment, EcsContainer or Ec2InstanceMetadata", place: setting.place)
    }
    switch answer {
    case .found(let credentials): return credentials
    case .nothing(let line):
      throw S3CredentialError(
        .noCredentials, "the credential_source of the profile \"\(profile.name)\" has no credentials",
        place: setting.place,
        details: lookedAt(line))
    }
  }

  private func sourceProfile(
    _ setting: ConfigSetting, of profile: AWSProfile, by visited: [String]
  ) throws(S3CredentialError) -> Credentials {
    guard let source = profiles.merged[setting.value] else {
      throw fault(
        profile, "has a source_profile that does not exist", setting.place,
        advice: "write that profile, or name another")
    }
    try source.refuseSwallowedLines()
    if visited.contains(source.name) {
      // A profile may take its own keys to its role; any other way back is a circle.
      guard source.name == profile.name, Self.hasKeys(source) else {
        throw fault(
          profile, "comes back to itself by source_profile", setting.place,
          advice: "the way is \((visited + [source.name]).joined(separator: " → "))")
      }
    }
    if !Self.hasKeys(source), Self.namesRole(source) { return try assumedRole(of: source, by: visited + [source.name]) }
    switch try profileCredentials(source, usesEnvironment: false) {
    case .found(let credentials): return credentials
    case .nothing(let lines):
      throw S3CredentialError(
        .noCredentials, "\"\(source.name)\", the source_profile of the profile \"\(profile.name)\", has no credentials",
        place: setting.place, details: lookedAt(lines))
    }
  }

  private func fault(
    _ profile: AWSProfile, _ what: String, _ place: Place, advice: String
  ) -> S3CredentialError {
    S3CredentialError(.badProfile, "the profile \"\(profile.name)\" \(what)", place: place, advice: advice)
  }

  /// Credentials of a role for a token that Kubernetes, say, puts into a file ("Web identity credential provider", the same guide).
  func webIdentityCredentials(_ profile: AWSProfile, usesEnvironment: Bool) throws(S3CredentialError) -> SourceAnswer {
    func value(_ variable: String, _ setting: String) -> String? {
      (usesEnvironment ? surroundings[variable] : nil) ?? profile[setting].flatMap { $0.isEmpty ? nil : $0 }
    }
    guard let tokenFile = value("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else {
      return .nothing("web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set")
    }
    guard let role = value("AWS_ROLE_ARN", "role_arn") else {
      throw S3CredentialError(
        .incomplete, "a token of a web identity is named and no role for it",
        place: profile.settings["web_identity_token_file"]?.place ?? Place(),
        advice: "set AWS_ROLE_ARN, or role_arn for the profile")
    }
    var request = RoleRequest(roleARN: role, profile: profile.name)
    request.sessionName = value("AWS_ROLE_SESSION_NAME", "role_session_name")
    request.webIdentityToken = try readToken(tokenFile, what: "the token of the web identity", surroundings)
    return .found(try SecurityTokenService(configuration, surroundings, transport).assume(request))
  }
}

/// A secret that a file holds, without the blanks around it. Throws ``S3CredentialError/Kind/sourceFailed`` with the file's path.
func readToken(_ path: String, what: String, _ surroundings: AWSSurroundings) throws(S3CredentialError) -> String {
  func fault(_ reason: String) -> S3CredentialError {
    S3CredentialError(.sourceFailed, "cannot read \(what): \(reason)", place: Place(file: path))
  }
  let bytes: [UInt8]?
  do { bytes = try surroundings.readFile(path) } catch {
    throw fault((error as? SurroundingsFault)?.reason ?? "unknown reason")
  }
  guard let bytes else { throw fault("it does not exist") }
  let token = trimmed(String(decoding: bytes, as: UTF8.self))
  guard !token.isEmpty, token.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
    throw fault("it is empty, or is no token")
  }
  return token
}
