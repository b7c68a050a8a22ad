// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// Credentials of a task of ECS or Fargate, or of a pod of EKS ("Container credential provider", AWS SDKs and Tools Reference Guide).
struct ContainerCredentials {
  private let surroundings: AWSSurroundings
  private let transport: any HTTPTransport

  init(_ surroundings: AWSSurroundings, _ transport: any HTTPTransport) {
    self.surroundings = surroundings
    self.transport = transport
  }

  /// Three tries of two seconds, where a variable says that there is a server.
  func find() throws(S3CredentialError) -> SourceAnswer {
    let address: (url: String, host: String)
    if let path = surroundings["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
      guard path.hasPrefix("/"), Self.isPlain(path) else {
        throw .badSetting("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", accepted: "a path that starts with /")
      }
      address = ("http://169.254.170.2\(path)", "169.254.170.2")
    } else if let url = surroundings["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
      address = (url, try host(of: url))
    } else {
      return .nothing(
        "container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set")
    }
    var request = HTTPRequest("GET", address.url)
    request.headers = [("accept", "application/json")]
    if let token = try authorization() { request.headers.append(("authorization", token)) }
    request.connectTimeout = 2
    request.timeout = 2
    return .found(try ask(request, host: address.host))
  }

  private func ask(_ request: HTTPRequest, host: String) throws(S3CredentialError) -> Credentials {
    let secrets = request.headers.filter { $0.name == "authorization" }.map { Optional($0.value) }
    var fault = ""
    for attempt in 1...3 {
      if attempt > 1 { surroundings.pause(1) }
      switch Result(catching: { () throws(HTTPFailure) in try transport.send(request) }) {
      case .failure(let failure): fault = "no answer from \(host) (\(quotable(failure.reason, without: secrets)))"
      case .success(let response) where response.status != 200:
        fault = "\(host) answered with status \(response.status)"
      case .success(let response):
        switch CredentialReply(response.body)?.credentials(origin: "the container's server at \(host)") {
        case .success(let credentials): return credentials
        case .failure(let lack): fault = "the answer of \(host) lacks \(lack.what)"
        case nil: fault = "the answer of \(host) is not the JSON that is expected"
        }
      }
    }
    throw S3CredentialError(
      .sourceFailed, "no credentials of the container: \(fault)",
      advice: "give the task, or the pod's service account, a role")
  }

  /// The host of the full address, if secrets may go there: over https anywhere, over http only to this machine and to the addresses of ECS and
  /// EKS.
  private func host(of url: String) throws(S3CredentialError) -> String {
    let name = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    guard Self.isPlain(url), let end = url.firstRange(of: "://") else {
      throw .badSetting(name, accepted: "an address")
    }
    let scheme = url[..<end.lowerBound].lowercased()
    let authority = url[end.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard scheme == "http" || scheme == "https", let endpoint = AWSEndpoint(custom: "\(scheme)://\(authority)") else {
      throw .badSetting(name, accepted: "an address that starts with http:// or https://, without a user's name")
    }
    var host = endpoint.authority.lowercased()
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") { host = String(host[..<colon]) }
    let known = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost"]
    guard scheme == "https" || known.contains(host) || Self.isLoopback(host) else {
      throw S3CredentialError(
        .badSetting, "\(name) names a host to which credentials must not go without https",
        advice: "use https, an address of this machine, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]")
    }
    return host
  }

  private static func isLoopback(_ host: String) -> Bool {
    if host.hasPrefix("["), host.hasSuffix("]") {
      var address = in6_addr()
      guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address) == 1 else { return false }
      return withUnsafeBytes(of: address) { $0.dropLast().allSatisfy { $0 == 0 } && $0[15] == 1 }
    }
    var address = in_addr()
    // Four decimal numbers, in network order: the first is 127.
    return inet_pton(AF_INET, host, &address) == 1 && withUnsafeBytes(of: address) { $0[0] == 127 }
  }

  private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x5C } }

  private func authorization() throws(S3CredentialError) -> String? {
    if let path = surroundings["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
      return try readToken(path, what: "the token for the container's server", surroundings)
    }
    guard let token = surroundings["AWS_CONTAINER_AUTHORIZATION_TOKEN"] else { return nil }
    guard token.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
      throw .badSetting("AWS_CONTAINER_AUTHORIZATION_TOKEN", accepted: "one line of ASCII")
    }
    return token
  }
}
