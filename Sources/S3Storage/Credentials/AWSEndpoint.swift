// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Where a service of AWS, or one that is like it, is spoken to.
struct AWSEndpoint: Sendable, Equatable {
  /// `https` or `http`.
  var scheme: String
  /// Host, in brackets if it is an IPv6 address, with `:port` where one is named.
  var authority: String
  /// Empty, or `/…` without a `/` at its end.
  var path: String
  /// True if a variable or a file names it, false if it follows from the region.
  var isCustom: Bool

  /// The address without a `/` at its end.
  var url: String { "\(scheme)://\(authority)\(path)" }
}

extension AWSEndpoint {
  /// Reads `https://host:port/path`; nil if it is something else, or holds a user, a query or a fragment.
  init?(custom url: String) {
    guard let end = url.firstRange(of: "://") else { return nil }
    let scheme = url[..<end.lowerBound].lowercased()
    let rest = url[end.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    let isSafe = rest.unicodeScalars.allSatisfy {
      $0.value > 0x20 && $0.value < 0x7F && !"?#@\\\"<>".unicodeScalars.contains($0)
    }
    guard scheme == "http" || scheme == "https", isSafe, Self.isHostAndPort(authority) else { return nil }
    var path = rest[authority.endIndex...]
    while path.last == "/" { path.removeLast() }
    self.init(scheme: scheme, authority: String(authority), path: String(path), isCustom: true)
  }

  private static func isHostAndPort(_ authority: Substring) -> Bool {
    var host = authority
    if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
      let digits = authority[authority.index(after: colon)...]
      guard digits.first != "+", let port = UInt16(digits), port > 0 else { return false }
      host = authority[..<colon]
    }
    if host.hasPrefix("["), host.hasSuffix("]") {
      return host.dropFirst().dropLast().contains(":")
        && host.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    }
    return !host.isEmpty
      && host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_") }
  }

  /// The endpoint that AWS has for S3 in `region` ("Amazon Simple Storage Service endpoints and quotas", AWS General Reference).
  static func s3(region: String, isDualStack: Bool, isFIPS: Bool) -> AWSEndpoint {
    let service = (isFIPS ? "s3-fips" : "s3") + (isDualStack ? ".dualstack" : "")
    return AWSEndpoint(
      scheme: "https", authority: "\(service).\(region).\(domains(ofRegion: region).plain)", path: "", isCustom: false)
  }

  /// The regional endpoint that AWS has for STS ("AWS Security Token Service endpoints and quotas", AWS General Reference).
  static func sts(region: String, isDualStack: Bool, isFIPS: Bool) -> AWSEndpoint {
    let domains = domains(ofRegion: region)
    // The GovCloud ones are FIPS endpoints under the plain name.
    let service = isFIPS && (isDualStack || !region.hasPrefix("us-gov-")) ? "sts-fips" : "sts"
    let domain = isDualStack ? domains.dualStack : domains.plain
    return AWSEndpoint(scheme: "https", authority: "\(service).\(region).\(domain)", path: "", isCustom: false)
  }

  /// The domains of the partition that a region is in ("AWS partitions", AWS General Reference); S3's dual-stack endpoints are in the plain one.
  private static func domains(ofRegion region: String) -> (plain: String, dualStack: String) {
    let known = [
      ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
      ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
      ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"), ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
      ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"), ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ]
    return known.first { region.hasPrefix($0.0) }.map { ($0.1, $0.2) } ?? ("amazonaws.com", "api.aws")
  }
}
