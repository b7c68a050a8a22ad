// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What an EC2 instance knows of itself, by the second version of its metadata service ("Use the Instance Metadata Service to access instance
/// metadata", Amazon EC2 User Guide). The first version, which answers any request, is never used.
struct InstanceMetadata {
  private let surroundings: AWSSurroundings
  private let transport: any HTTPTransport
  private let profile: AWSProfile
  /// Seconds for each request.
  private static let patience = 1.0

  init(_ surroundings: AWSSurroundings, _ profiles: SharedProfiles, _ transport: any HTTPTransport) {
    self.surroundings = surroundings
    self.transport = transport
    profile = profiles.current
  }

  /// Why there is no answer.
  private struct Silence: Error { var why: String }

  /// Credentials of the role of the instance. A service that cannot be reached, or an instance without a role, has nothing.
  func find() throws(S3CredentialError) -> SourceAnswer {
    let path = "latest/meta-data/iam/security-credentials/"
    do throws(Silence) {
      let session = try start()
      let role = trimmed(
        String(decoding: try get(path, session), as: UTF8.self).split(separator: "\n").first.map(String.init) ?? "")
      guard !role.isEmpty else { throw Silence(why: "the instance has no role") }
      let reply = CredentialReply(try get(path + percentEncoded(role), session))
      guard reply?.code == nil || reply?.code == "Success" else {
        throw Silence(why: "the role of the instance cannot be used, its trust policy must allow ec2.amazonaws.com")
      }
      switch reply?.credentials(origin: "the role of this instance") {
      case .success(let credentials): return .found(kept(credentials))
      case .failure(let lack): throw Silence(why: "the answer lacks \(lack.what)")
      case nil: throw Silence(why: "the answer is not the JSON that is expected")
      }
    } catch {
      if error.why == Self.badEndpoint { throw badEndpoint() }
      return .nothing("instance metadata: \(error.why)")
    }
  }

  /// The region that the instance is in; nil where there is no answer.
  func region() -> String? {
    guard let session = try? start(), let bytes = try? get("latest/meta-data/placement/region", session) else {
      return nil
    }
    let name = trimmed(String(decoding: bytes, as: UTF8.self))
    let isName =
      (1...63).contains(name.utf8.count)
      && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    return isName ? name : nil
  }

  /// In an outage the service goes on giving credentials past their end, which S3 then takes: they are used for another while.
  private func kept(_ credentials: Credentials) -> Credentials {
    var credentials = credentials
    let now = surroundings.now()
    if let end = credentials.expiry, end < now + 300 { credentials.expiry = now + 900 }
    return credentials
  }

  // MARK: Requests

  private struct Session {
    var base: String
    var token: String
  }

  private static let badEndpoint = "bad endpoint"

  private func start() throws(Silence) -> Session {
    if surroundings.flag("AWS_EC2_METADATA_DISABLED") == true { throw Silence(why: "AWS_EC2_METADATA_DISABLED is set") }
    let base = try base()
    var request = HTTPRequest("PUT", base + "/latest/api/token")
    request.headers = [("x-aws-ec2-metadata-token-ttl-seconds", "21600")]
    let response = try send(request, base)
    guard response.status == 200, let token = String(validating: response.body, as: UTF8.self), !token.isEmpty,
      token.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
    else { throw Silence(why: "no token, status \(response.status)") }
    return Session(base: base, token: token)
  }

  private func get(_ path: String, _ session: Session) throws(Silence) -> [UInt8] {
    var request = HTTPRequest("GET", "\(session.base)/\(path)")
    request.headers = [("x-aws-ec2-metadata-token", session.token)]
    let response = try send(request, session.base)
    if response.status == 404 { throw Silence(why: "the instance has no role") }
    guard response.status == 200, !response.body.isEmpty else { throw Silence(why: "status \(response.status)") }
    return response.body
  }

  /// `AWS_METADATA_SERVICE_NUM_ATTEMPTS` tries, one unless it is set, of `AWS_METADATA_SERVICE_TIMEOUT` seconds, one unless it is set.
  private func send(_ request: HTTPRequest, _ base: String) throws(Silence) -> HTTPResponse {
    var request = request
    let patience =
      value("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout").flatMap(Double.init).flatMap {
        $0.isFinite ? $0 : nil
      }
      ?? Self.patience
    request.connectTimeout = min(max(patience, 0.1), 60)
    request.timeout = request.connectTimeout
    let attempts = value("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts").flatMap(Int.init) ?? 1
    var silence = Silence(why: "no answer")
    for _ in 0..<min(max(attempts, 1), 10) {
      switch Result(catching: { () throws(HTTPFailure) in try transport.send(request) }) {
      case .success(let response) where response.status < 500: return response
      case .success(let response): silence = Silence(why: "status \(response.status)")
      case .failure(let failure):
        let secrets = request.headers.map { Optional($0.value) }
        silence = Silence(why: "no answer (\(quotable(failure.reason, without: secrets)))")
      }
    }
    throw silence
  }

  private func base() throws(Silence) -> String {
    if let custom = value("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint") {
      guard let endpoint = AWSEndpoint(custom: custom) else { throw Silence(why: Self.badEndpoint) }
      return endpoint.url
    }
    switch value("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode")?.lowercased() {
    case nil, "ipv4": return "http://169.254.169.254"
    case "ipv6": return "http://[fd00:ec2::254]"
    default: throw Silence(why: Self.badEndpoint)
    }
  }

  private func badEndpoint() -> S3CredentialError {
    S3CredentialError(
      .badSetting, "the endpoint of the instance metadata is not an address, or its mode neither IPv4 nor IPv6",
      advice:
        "look at AWS_EC2_METADATA_SERVICE_ENDPOINT and AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE, and at the settings of those names"
    )
  }

  private func value(_ variable: String, _ setting: String) -> String? { surroundings[variable] ?? profile[setting] }
}
