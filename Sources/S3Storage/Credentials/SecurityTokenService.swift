// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A role, and by what right it is taken on.
struct RoleRequest {
  var roleARN: String
  /// Profile that names it, for messages.
  var profile: String
  var sessionName: String?
  var durationSeconds: Int?
  var externalID: String?
  /// Credentials that sign the request …
  var credentials: Credentials?
  /// … or the token that takes their place.
  var webIdentityToken: String?

  init(roleARN: String, profile: String) {
    self.roleARN = roleARN
    self.profile = profile
  }
}

/// Gives out credentials of roles (actions AssumeRole and AssumeRoleWithWebIdentity, AWS Security Token Service API Reference).
struct SecurityTokenService {
  private let configuration: AWSConfiguration
  private let surroundings: AWSSurroundings
  private let transport: any HTTPTransport

  init(_ configuration: AWSConfiguration, _ surroundings: AWSSurroundings, _ transport: any HTTPTransport) {
    self.configuration = configuration
    self.surroundings = surroundings
    self.transport = transport
  }

  /// Credentials of the role. No answer, 5xx and throttling are tried again, three times in all unless the configuration says otherwise.
  func assume(_ role: RoleRequest) throws(S3CredentialError) -> Credentials {
    let request = request(for: role)
    let attempts = configuration.maximumAttempts ?? 3
    var attempt = 1
    while true {
      let outcome = Result { () throws(HTTPFailure) in try transport.send(request) }
      if attempt < attempts, Self.isWorthAnotherTry(outcome) {
        // Doubling, and jittered so that many machines do not come back together.
        surroundings.pause(Double.random(in: 0.5...1) * 0.4 * Double(1 << min(attempt, 5)))
        attempt += 1
        continue
      }
      switch outcome {
      case .success(let response): return try credentials(from: response, of: role)
      case .failure(let failure):
        let host = configuration.stsEndpoint().endpoint.authority
        throw fault(
          role, "no answer from \(host) (\(quotable(failure.reason, without: secrets(of: role))))", advice: nil)
      }
    }
  }

  private func request(for role: RoleRequest) -> HTTPRequest {
    let isWebIdentity = role.webIdentityToken != nil
    var form = [
      ("Action", isWebIdentity ? "AssumeRoleWithWebIdentity" : "AssumeRole"), ("Version", "2011-06-15"),
      ("RoleArn", role.roleARN),
      ("RoleSessionName", role.sessionName ?? "colonnade-\(Int(surroundings.now()))"),
    ]
    if let seconds = role.durationSeconds { form.append(("DurationSeconds", "\(seconds)")) }
    if let id = role.externalID { form.append(("ExternalId", id)) }
    if let token = role.webIdentityToken { form.append(("WebIdentityToken", token)) }

    let (endpoint, region) = configuration.stsEndpoint()
    var request = HTTPRequest("POST", endpoint.url + "/")
    request.headers = [
      ("content-type", "application/x-www-form-urlencoded; charset=utf-8"), ("accept", "application/xml"),
    ]
    request.body = Array(form.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&").utf8)
    request.credentials = role.credentials
    request.signingRegion = region
    request.signingService = "sts"
    request.timeout = 60
    return request
  }

  private static func isWorthAnotherTry(_ outcome: Result<HTTPResponse, HTTPFailure>) -> Bool {
    switch outcome {
    case .failure(let failure): return failure.isTransient
    case .success(let response):
      if response.status >= 500 || response.status == 429 { return true }
      return ["Throttling", "ThrottlingException", "RequestLimitExceeded", "IDPCommunicationError"].contains(
        errorCode(response))
    }
  }

  private static func errorCode(_ response: HTTPResponse) -> String? {
    guard response.status >= 400, let reply = try? XMLNode.parse(response.body) else { return nil }
    return reply["Error", "Code"]
  }

  private func credentials(from response: HTTPResponse, of role: RoleRequest) throws(S3CredentialError) -> Credentials {
    let reply = try? XMLNode.parse(response.body)
    guard response.status == 200 else { throw refusal(response.status, reply, role) }
    let found = reply?.children.first { $0.name.hasSuffix("Result") }?.first("Credentials")
    guard let found, let accessKey = found["AccessKeyId"], let secretKey = found["SecretAccessKey"],
      let token = found["SessionToken"], let end = found["Expiration"].flatMap(secondsSince1970(ofTimestamp:)),
      !accessKey.isEmpty, !secretKey.isEmpty, !token.isEmpty
    else {
      throw fault(
        role, "the answer of STS has no credentials in it",
        advice: "look at what AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL name")
    }
    return Credentials(
      accessKey: accessKey, secretKey: secretKey, sessionToken: token, expiry: end,
      origin: "role \(role.roleARN) of profile \"\(role.profile)\"")
  }

  private func refusal(_ status: Int, _ reply: XMLNode?, _ role: RoleRequest) -> S3CredentialError {
    let error = reply?.first("Error")
    let code = error?["Code"].map { quotable($0, without: secrets(of: role)) }
    let message = error?["Message"].map { quotable($0, without: secrets(of: role)) }
    let said = [code, message].compactMap { $0 }.joined(separator: ": ")
    let action = role.webIdentityToken == nil ? "sts:AssumeRole" : "sts:AssumeRoleWithWebIdentity"
    switch code {
    case "AccessDenied":
      return fault(
        role, said,
        advice:
          "the role's trust policy must allow \(action) to this caller\(role.webIdentityToken == nil ? ", and the caller's policy too" : "")"
      )
    case "ExpiredToken", "ExpiredTokenException":
      return expiredCredentials(role.credentials?.origin ?? "the file of the web identity")
    default:
      return fault(role, said.isEmpty ? "STS answered with status \(status)" : said, advice: nil)
    }
  }

  private func fault(_ role: RoleRequest, _ what: String, advice: String?) -> S3CredentialError {
    S3CredentialError(.sourceFailed, "cannot take on the role \(role.roleARN): \(what)", advice: advice)
  }

  private func secrets(of role: RoleRequest) -> [String?] {
    [role.credentials?.secretKey, role.credentials?.sessionToken, role.externalID, role.webIdentityToken]
  }
}
