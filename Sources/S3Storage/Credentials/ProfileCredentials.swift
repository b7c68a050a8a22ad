// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension CredentialChain {
  /// What a profile has of its own, roles by another profile's credentials excepted: web identity, a sign-in, keys of the credentials file, a
  /// program, keys of the config file.
  ///
  /// - Parameter usesEnvironment: Whether variables go before the profile's settings for web identity; not so for a `source_profile`.
  func profileCredentials(_ profile: AWSProfile, usesEnvironment: Bool) throws(S3CredentialError) -> SourceAnswer {
    if case .found(let credentials) = try webIdentityCredentials(profile, usesEnvironment: usesEnvironment) {
      return .found(credentials)
    }
    try refuseSignIn(profile, by: ["sso_role_name", "sso_account_id"])
    if let keys = try keys(of: profiles.ofCredentialsFile[profile.name], in: profiles.credentialsPath) {
      return .found(keys)
    }
    try refuseSignIn(profile, by: ["login_session"])
    if let setting = profile.settings["credential_process"] {
      return .found(try processCredentials(setting, of: profile))
    }
    if let keys = try keys(of: profiles.ofConfigFile[profile.name], in: profiles.configPath) { return .found(keys) }
    return .nothing(whatIsMissing(in: profile, usesEnvironment: usesEnvironment))
  }

  /// `aws_access_key_id` and its companions ("Configuration and credential file settings", AWS CLI User Guide); nil if they are not there.
  private func keys(of profile: AWSProfile?, in path: String) throws(S3CredentialError) -> Credentials? {
    guard let profile, let accessKey = profile.settings["aws_access_key_id"] else { return nil }
    guard let secretKey = profile["aws_secret_access_key"], !secretKey.isEmpty, !accessKey.value.isEmpty else {
      throw S3CredentialError(
        .incomplete, "the profile \"\(profile.name)\" has only one of aws_access_key_id and aws_secret_access_key",
        place: accessKey.place, advice: "write both of them, below the same heading")
    }
    return Credentials(
      accessKey: accessKey.value, secretKey: secretKey,
      sessionToken: profile["aws_security_token"] ?? profile["aws_session_token"],
      origin: "profile \"\(profile.name)\" of \(path)")
  }

  /// Profiles of people who sign in with a browser: only the AWS command line has what is needed for it.
  private func refuseSignIn(_ profile: AWSProfile, by settings: [String]) throws(S3CredentialError) {
    guard let setting = settings.lazy.compactMap({ profile.settings[$0] }).first else { return }
    throw S3CredentialError(
      .needsLogin,
      "the profile \"\(profile.name)\" gets its credentials by signing in with a browser, which is not done here",
      place: setting.place,
      advice:
        "eval \"$(aws configure export-credentials --profile \(shellQuoted(profile.name)) --format env)\", then the command again"
    )
  }

  /// A program's JSON ("Process credential provider", AWS SDKs and Tools Reference Guide).
  private func processCredentials(_ setting: ConfigSetting, of profile: AWSProfile) throws(S3CredentialError)
    -> Credentials
  {
    func fault(_ what: String) -> S3CredentialError {
      S3CredentialError(
        .sourceFailed, "the credential_process of the profile \"\(profile.name)\" \(what)", place: setting.place,
        advice: "run its command by hand and look at what it says")
    }
    guard let words = shellWords(setting.value), !words.isEmpty else {
      throw fault("is not a command: a quote has no end")
    }
    let ended: (status: Int32, output: [UInt8])
    do { ended = try surroundings.run(words, surroundings.environment) } catch {
      throw fault("cannot be run: \((error as? SurroundingsFault)?.reason ?? "unknown reason")")
    }
    guard ended.status == 0 else { throw fault("ended with status \(ended.status)") }
    guard let reply = CredentialReply(ended.output) else {
      throw fault("did not write a JSON object as is expected of it")
    }
    guard reply.version == 1 else { throw fault("did not write \"Version\": 1, the only one there is") }
    switch reply.credentials(origin: "credential_process of profile \"\(profile.name)\"") {
    case .success(let credentials): return credentials
    case .failure(let lack): throw fault("did not write \(lack.what)")
    }
  }

  /// Lines for `s3.no-credentials`.
  private func whatIsMissing(in profile: AWSProfile, usesEnvironment: Bool) -> String {
    var lines: [String] = []
    if usesEnvironment { lines.append("web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set") }
    for (path, exists, known) in [
      (profiles.credentialsPath, profiles.hasCredentialsFile, profiles.ofCredentialsFile),
      (profiles.configPath, profiles.hasConfigFile, profiles.ofConfigFile),
    ] {
      if !exists {
        lines.append("\(path): does not exist")
      } else if known[profile.name] == nil {
        lines.append("\(path): has no profile \"\(profile.name)\"")
      } else {
        lines.append("\(path): profile \"\(profile.name)\" has no credentials")
      }
    }
    return lines.joined(separator: "\n")
  }

  private func shellQuoted(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || "._-".utf8.contains($0)
    }
    return isPlain
      ? name : "'" + name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
