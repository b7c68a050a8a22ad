// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Whether a bucket's name stands in the path of an address or in its host.
enum AddressingStyle: String, Sendable {
  /// In the host at AWS, in the path at a custom endpoint.
  case auto
  /// `https://endpoint/bucket/key`.
  case path
  /// `https://bucket.endpoint/key`, where the bucket's name can be a part of a host's name.
  case virtual
}

/// Region, endpoints and the like from the environment and the shared files, without credentials.
///
/// Each variable and setting means what "Settings reference" in the AWS SDKs and Tools Reference Guide says; a variable goes before a
/// setting, and the s3 part of `[services …]` before what is for all services. Reading costs the reading of two small files.
struct AWSConfiguration: Sendable, Equatable {
  /// The profile in use.
  var profile: String
  /// `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's `region`; where none is set, `us-east-1` at a custom endpoint, which rarely cares,
  /// and nil at AWS: then ``requiredRegion()`` throws.
  var region: String?
  /// Endpoint for S3 that a variable or a setting names; nil: AWS's own of the region.
  var customEndpoint: AWSEndpoint?
  /// The same for STS, which gives out the credentials of roles.
  var customSTSEndpoint: AWSEndpoint?
  /// The profile's `s3` setting `addressing_style`.
  var addressingStyle: AddressingStyle
  /// Endpoints with IPv6 (`AWS_USE_DUALSTACK_ENDPOINT`), and with validated cryptography (`AWS_USE_FIPS_ENDPOINT`).
  var usesDualStack: Bool
  /// The same for S3, for which the profile's `s3` setting `use_dualstack_endpoint` goes before.
  var s3UsesDualStack: Bool
  /// See ``usesDualStack``.
  var usesFIPS: Bool
  /// File of certificates to trust instead of the system's: `AWS_CA_BUNDLE`, `ca_bundle`.
  var certificateFile: String?
  /// How often a request is sent at most, the first time included: `AWS_MAX_ATTEMPTS`, `max_attempts`; nil: not said.
  var maximumAttempts: Int?
  /// True if requests go unsigned: `COLONNADE_S3_ANONYMOUS=1` (or `true`), for buckets that all may read.
  var isAnonymous: Bool

  /// Throws ``S3CredentialError`` where a file, the profile or a value is wrong.
  init(_ surroundings: AWSSurroundings) throws(S3CredentialError) {
    try self.init(surroundings, SharedProfiles(surroundings))
  }

  init(_ surroundings: AWSSurroundings, _ profiles: SharedProfiles) throws(S3CredentialError) {
    let source = SettingSource(surroundings: surroundings, profiles: profiles)
    profile = profiles.name
    region = try source.region()
    isAnonymous = try source.anonymous()
    maximumAttempts = try source.maximumAttempts()
    certificateFile = source.value("AWS_CA_BUNDLE", "ca_bundle").map { surroundings.expanded($0) }
    addressingStyle = try source.addressingStyle()
    usesDualStack = source.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint") ?? false
    s3UsesDualStack = try source.ofS3("use_dualstack_endpoint").map { $0.value.lowercased() == "true" } ?? usesDualStack
    usesFIPS = source.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint") ?? false
    customEndpoint = try source.endpoint(service: "s3")
    customSTSEndpoint = try source.endpoint(service: "sts")
    guard !usesFIPS || customEndpoint == nil && customSTSEndpoint == nil else {
      throw S3CredentialError(
        .badSetting, "a custom endpoint is set, and FIPS endpoints are asked for, which only AWS has",
        advice: "unset one of them; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true puts custom endpoints aside")
    }
    guard !usesFIPS || region?.hasPrefix("cn-") != true else {
      throw S3CredentialError(.badSetting, "FIPS endpoints are asked for, which AWS does not have in China")
    }
    if region == nil, customEndpoint != nil { region = "us-east-1" }
  }

  /// The region, or the error that says how to set one.
  func requiredRegion() throws(S3CredentialError) -> String {
    guard let region else { throw .noRegion }
    return region
  }

  /// The region, else that of the EC2 instance which this is, else the error that says how to set one. Cost: a request or two where none is
  /// set, and up to a second of waiting where this is no instance.
  func requiredRegion(asking transport: any HTTPTransport, _ surroundings: AWSSurroundings) throws(S3CredentialError)
    -> String
  {
    if let region { return region }
    let profiles = try SharedProfiles(surroundings)
    guard let found = InstanceMetadata(surroundings, profiles, transport).region() else { throw .noRegion }
    return found
  }

  /// Where S3 is spoken to about buckets of `region`; the custom endpoint, if there is one, is for all regions.
  func s3Endpoint(region: String) -> AWSEndpoint {
    customEndpoint ?? .s3(region: region, isDualStack: s3UsesDualStack, isFIPS: usesFIPS)
  }

  /// Where STS is spoken to, and the region to sign for: without a region the global endpoint, which is in `us-east-1`.
  func stsEndpoint() -> (endpoint: AWSEndpoint, region: String) {
    let signingRegion = region ?? "us-east-1"
    if let customSTSEndpoint { return (customSTSEndpoint, signingRegion) }
    if region == nil, !usesFIPS, !usesDualStack {
      return (AWSEndpoint(scheme: "https", authority: "sts.amazonaws.com", path: "", isCustom: false), signingRegion)
    }
    return (.sts(region: signingRegion, isDualStack: usesDualStack, isFIPS: usesFIPS), signingRegion)
  }

  /// Address of a bucket without a `/` at its end; keys follow after one ("Virtual hosting of general purpose buckets", Amazon S3 User Guide).
  ///
  /// The name stands in the path at a custom endpoint, where the style says so, where it cannot be a part of a host's name, and, over
  /// https, where it has dots, as certificates cover one label only.
  func bucketURL(_ bucket: String, region: String) -> String {
    let endpoint = s3Endpoint(region: region)
    if usesPathStyle(bucket, at: endpoint) { return "\(endpoint.url)/\(percentEncoded(bucket))" }
    return "\(endpoint.scheme)://\(bucket).\(endpoint.authority)\(endpoint.path)"
  }

  private func usesPathStyle(_ bucket: String, at endpoint: AWSEndpoint) -> Bool {
    if addressingStyle == .path || addressingStyle == .auto && endpoint.isCustom { return true }
    if bucket.contains("."), endpoint.scheme == "https" { return true }
    let isAddress =
      endpoint.authority.hasPrefix("[") || endpoint.authority.allSatisfy { $0.isNumber || $0 == "." || $0 == ":" }
    return isAddress || !Self.canBeInHost(bucket)
  }

  /// "General purpose bucket naming rules", Amazon S3 User Guide.
  private static func canBeInHost(_ bucket: String) -> Bool {
    let labels = bucket.split(separator: ".", omittingEmptySubsequences: false)
    return (3...63).contains(bucket.utf8.count)
      && labels.allSatisfy { label in
        !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
      }
  }
}

/// Looks into the environment first, then into the profile.
private struct SettingSource {
  let surroundings: AWSSurroundings
  let profiles: SharedProfiles

  func value(_ variable: String, _ setting: String) -> String? {
    surroundings[variable] ?? profiles.current[setting].flatMap { $0.isEmpty ? nil : $0 }
  }

  func flag(_ variable: String, _ setting: String) -> Bool? {
    surroundings.flag(variable) ?? profiles.current[setting].map { $0.lowercased() == "true" }
  }

  func region() throws(S3CredentialError) -> String? {
    let variable = ["AWS_REGION", "AWS_DEFAULT_REGION"].first { surroundings[$0] != nil }
    let setting = profiles.current.settings["region"]
    guard let region = variable.flatMap({ surroundings[$0] }) ?? setting?.value, !region.isEmpty else { return nil }
    // It becomes a part of a host's name.
    let isName =
      region.utf8.count <= 63
      && region.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
      }
    guard isName else {
      throw .badSetting(
        variable ?? "region", accepted: "the name of a region, such as eu-central-1",
        place: variable == nil ? setting?.place ?? Place() : Place())
    }
    return region
  }

  func anonymous() throws(S3CredentialError) -> Bool {
    switch surroundings["COLONNADE_S3_ANONYMOUS"]?.lowercased() {
    case nil, "0", "false": return false
    case "1", "true": return true
    default: throw .badSetting("COLONNADE_S3_ANONYMOUS", accepted: "1 or 0")
    }
  }

  func maximumAttempts() throws(S3CredentialError) -> Int? {
    guard let text = value("AWS_MAX_ATTEMPTS", "max_attempts") else { return nil }
    guard let count = Int(text), count >= 1 else {
      let isVariable = surroundings["AWS_MAX_ATTEMPTS"] != nil
      throw .badSetting(
        isVariable ? "AWS_MAX_ATTEMPTS" : "max_attempts", accepted: "a count of at least 1",
        place: isVariable ? Place() : profiles.current.settings["max_attempts"]?.place ?? Place())
    }
    return count
  }

  /// A setting below `s3 =`.
  func ofS3(_ name: String) throws(S3CredentialError) -> ConfigSetting? {
    guard let s3 = profiles.current.settings["s3"] else { return nil }
    guard let nested = s3.nested else {
      throw S3CredentialError(
        .badConfigFile, "s3 = is not followed by settings that are indented deeper", place: s3.place,
        advice: "indent them, or take the line out")
    }
    return nested[name]
  }

  func addressingStyle() throws(S3CredentialError) -> AddressingStyle {
    guard let setting = try ofS3("addressing_style") else { return .auto }
    guard let style = AddressingStyle(rawValue: setting.value.lowercased()) else {
      throw .badSetting("addressing_style", accepted: "auto, path or virtual", place: setting.place)
    }
    return style
  }

  /// "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
  func endpoint(service: String) throws(S3CredentialError) -> AWSEndpoint? {
    if flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") ?? false { return nil }
    for variable in ["AWS_ENDPOINT_URL_\(service.uppercased())", "AWS_ENDPOINT_URL"] {
      guard let url = surroundings[variable] else { continue }
      return try Self.endpoint(url, of: variable, place: Place())
    }
    if let setting = profiles.current.settings["services"] {
      guard let section = profiles.services[setting.value] else {
        throw S3CredentialError(
          .badProfile, "the profile \"\(profiles.name)\" names a section [services …] that does not exist",
          place: setting.place,
          advice: "write it in \(profiles.configPath), or take the line out")
      }
      if let setting = section.settings[service]?.nested?["endpoint_url"], !setting.value.isEmpty {
        return try Self.endpoint(setting.value, of: "endpoint_url", place: setting.place)
      }
    }
    guard let setting = profiles.current.settings["endpoint_url"], !setting.value.isEmpty else { return nil }
    return try Self.endpoint(setting.value, of: "endpoint_url", place: setting.place)
  }

  private static func endpoint(_ url: String, of name: String, place: Place) throws(S3CredentialError) -> AWSEndpoint {
    guard let endpoint = AWSEndpoint(custom: url) else {
      throw .badSetting(
        name, accepted: "an address such as https://host:port, without a query or a user's name", place: place)
    }
    return endpoint
  }
}
