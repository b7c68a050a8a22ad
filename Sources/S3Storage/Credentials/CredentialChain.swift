// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What one source says.
enum SourceAnswer {
  case found(Credentials)
  /// It is not set up; one line says what is missing.
  case nothing(String)
}

/// Asks the sources of credentials one after the other, in the order of the AWS command line ("Standardized credential providers", AWS SDKs and
/// Tools Reference Guide). A source that is set up and fails ends the search: the next one might be another account's.
///
/// Left out are the files of tools from before 2013 (`AWS_CREDENTIAL_FILE`, `~/.boto`).
struct CredentialChain {
  let surroundings: AWSSurroundings
  let configuration: AWSConfiguration
  let profiles: SharedProfiles
  let transport: any HTTPTransport

  /// Reads the files anew.
  init(
    _ configuration: AWSConfiguration, _ surroundings: AWSSurroundings, _ transport: any HTTPTransport
  ) throws(S3CredentialError) {
    self.configuration = configuration
    self.surroundings = surroundings
    self.transport = transport
    profiles = try SharedProfiles(surroundings)
  }

  /// The first credentials found. Throws ``S3CredentialError``. Cost: none of the network, where the environment or a file has them; else a
  /// request or three, and where nothing is found up to a second of waiting for the instance metadata.
  func find() throws(S3CredentialError) -> Credentials {
    var said: [String] = []
    for source in Source.allCases {
      switch try answer(of: source) {
      case .found(let credentials): return try checked(credentials)
      case .nothing(let line): said += lookedAt(line)
      }
    }
    throw S3CredentialError(
      .noCredentials, "no credentials for S3 were found",
      advice:
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or COLONNADE_S3_ANONYMOUS=1 for a bucket that all may read",
      details: said)
  }

  /// In the order in which they are asked.
  private enum Source: CaseIterable { case environment, role, profile, container, instance }

  private func answer(of source: Source) throws(S3CredentialError) -> SourceAnswer {
    switch source {
    case .environment: try environmentCredentials()
    case .role: try roleCredentials()
    case .profile: try profileCredentials(profiles.current, usesEnvironment: true)
    case .container: try ContainerCredentials(surroundings, transport).find()
    case .instance: try InstanceMetadata(surroundings, profiles, transport).find()
    }
  }

  /// `AWS_ACCESS_KEY_ID` and its companions ("Environment variables to configure the AWS CLI", AWS CLI User Guide).
  func environmentCredentials() throws(S3CredentialError) -> SourceAnswer {
    guard let accessKey = surroundings["AWS_ACCESS_KEY_ID"] else {
      return .nothing("environment: AWS_ACCESS_KEY_ID is not set")
    }
    guard let secretKey = surroundings["AWS_SECRET_ACCESS_KEY"] else {
      throw S3CredentialError(
        .incomplete, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not",
        advice: "set both, or neither for credentials from elsewhere")
    }
    var credentials = Credentials(accessKey: accessKey, secretKey: secretKey, origin: "the environment")
    credentials.sessionToken = surroundings["AWS_SECURITY_TOKEN"] ?? surroundings["AWS_SESSION_TOKEN"]
    if let text = surroundings["AWS_CREDENTIAL_EXPIRATION"] {
      guard let end = secondsSince1970(ofTimestamp: text) else {
        throw .badSetting("AWS_CREDENTIAL_EXPIRATION", accepted: "a time such as 2026-03-01T12:00:00Z")
      }
      credentials.expiry = end
    }
    return .found(credentials)
  }

  /// Credentials that fit into the headers of a request and have not ended.
  func checked(_ credentials: Credentials) throws(S3CredentialError) -> Credentials {
    for text in [credentials.accessKey, credentials.secretKey, credentials.sessionToken ?? ""]
    where text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) {
      throw S3CredentialError(
        .incomplete, "the credentials from \(credentials.origin) hold a blank or a character that keys do not have",
        advice: "copy them anew, without quotes or line ends")
    }
    if let end = credentials.expiry, end <= surroundings.now() { throw expiredCredentials(credentials.origin) }
    return credentials
  }
}

/// What a source without credentials says, as details of an error.
func lookedAt(_ lines: String) -> [String] { lines.split(separator: "\n").map { "looked at \($0)" } }

/// Credentials that ended, or that the server says have.
func expiredCredentials(_ origin: String) -> S3CredentialError {
  S3CredentialError(
    .expired, "the credentials from \(origin) have expired",
    advice: "renew them there; if they are new, look at this machine's clock")
}

extension Credentials: CustomReflectable {
  /// Nothing: `dump`, and the messages of tests, look at members behind the description's back.
  var customMirror: Mirror { Mirror(self, children: [:]) }
}
