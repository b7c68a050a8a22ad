// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import S3Storage

@Suite struct AWSConfigurationTests {
  private let config = "/home/u/.aws/config"

  private func configuration(_ environment: [String: String], config text: String = "") throws -> AWSConfiguration {
    try AWSConfiguration(fakeSurroundings(environment, files: [config: text]))
  }

  private func kind(_ environment: [String: String], config text: String = "") -> (S3CredentialError.Kind?, Int?) {
    let error = #expect(throws: S3CredentialError.self) { try configuration(environment, config: text) }
    return (error?.kind, error?.place.line)
  }

  @Test func regionByVariablesThenProfile() throws {
    let text = "[default]\nregion = eu-west-1\n[profile x]\nregion = eu-west-2\n"
    #expect(try configuration([:], config: text).region == "eu-west-1")
    #expect(try configuration(["AWS_PROFILE": "x"], config: text).region == "eu-west-2")
    #expect(try configuration(["AWS_DEFAULT_REGION": "eu-north-1"], config: text).region == "eu-north-1")
    #expect(
      try configuration(["AWS_DEFAULT_REGION": "eu-north-1", "AWS_REGION": "eu-south-1"], config: text).region
        == "eu-south-1")
    #expect(try configuration(["AWS_REGION": ""], config: text).region == "eu-west-1")
    #expect(kind(["AWS_REGION": "x.evil.example/"]) == (.badSetting, nil))
    #expect(kind([:], config: "[default]\n\nregion = a b\n") == (.badSetting, 3))
  }

  @Test func withoutARegionOnlyACustomEndpointHasOne() throws {
    let none = try configuration([:])
    #expect(none.region == nil)
    let error = #expect(throws: S3CredentialError.self) {
      try none.requiredRegion()
    }
    #expect(error?.code == "s3.no-region" && error?.advice?.contains("AWS_REGION") == true)
    #expect(try configuration(["AWS_ENDPOINT_URL": "http://localhost:9000"]).region == "us-east-1")
    let instance = FakeTransport { HTTPResponse(200, $0.method == "PUT" ? "T" : "eu-west-1\n") }
    #expect(try none.requiredRegion(asking: instance, fakeSurroundings()) == "eu-west-1")
    #expect(instance.requests.last?.url == "http://169.254.169.254/latest/meta-data/placement/region")
    let odd = FakeTransport { HTTPResponse(200, $0.method == "PUT" ? "T" : "evil.example/") }
    #expect(throws: S3CredentialError.self) { try none.requiredRegion(asking: odd, fakeSurroundings()) }
    #expect(
      try configuration(["AWS_REGION": "eu-west-2"]).requiredRegion(asking: odd, fakeSurroundings()) == "eu-west-2")
  }

  @Test func endpointsByPrecedence() throws {
    let text = """
      [default]
      endpoint_url = http://profile:1
      services = own
      [services own]
      s3 =
        endpoint_url = http://service:2/
      """
    func url(_ environment: [String: String], _ text: String) throws -> String {
      try configuration(environment, config: text).s3Endpoint(region: "eu-west-1").url
    }
    #expect(try url([:], text) == "http://service:2")
    #expect(try url([:], text.replacing("s3 =", with: "sqs =")) == "http://profile:1")
    #expect(try url(["AWS_ENDPOINT_URL": "https://[::1]:8443/a/b//"], text) == "https://[::1]:8443/a/b")
    #expect(try url(["AWS_ENDPOINT_URL": "http://any", "AWS_ENDPOINT_URL_S3": "http://s3"], text) == "http://s3")
    let ignoring = ["AWS_ENDPOINT_URL": "http://any", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"]
    #expect(try url(ignoring, text) == "https://s3.eu-west-1.amazonaws.com")
    #expect(try configuration([:], config: text).stsEndpoint().endpoint.url == "http://profile:1")
    #expect(kind([:], config: "[default]\nservices = other\n") == (.badProfile, 2))
  }

  @Test(arguments: [
    "localhost:9000", "ftp://x", "http://", "http://u:SECRET@host", "http://h?x=SECRET", "http://h#x", "http://h:0",
    "http://h:99999",
    "http://h:+1", "http://h h", "http://[::1", "http://h\\x", "http://é",
  ])
  func whatIsNoEndpoint(url: String) {
    let error = #expect(throws: S3CredentialError.self) { try configuration(["AWS_ENDPOINT_URL_S3": url]) }
    #expect(error?.code == "s3.bad-setting" && error?.summary.hasPrefix("AWS_ENDPOINT_URL_S3 ") == true)
    #expect(!shownText(of: error ?? .noRegion).contains("SECRET"))
  }

  @Test func endpointsOfAWS() throws {
    let both = ["AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "TRUE"]
    #expect(
      try configuration(both).s3Endpoint(region: "us-east-2").url == "https://s3-fips.dualstack.us-east-2.amazonaws.com"
    )
    let nested = try configuration([:], config: "[default]\ns3 =\n  use_dualstack_endpoint = true\n")
    #expect(nested.s3Endpoint(region: "cn-north-1").url == "https://s3.dualstack.cn-north-1.amazonaws.com.cn")
    #expect(nested.stsEndpoint().endpoint.url == "https://sts.amazonaws.com")
    #expect(kind([:], config: "[default]\ns3 =\naddressing_style = path\n") == (.badConfigFile, 2))
    #expect(try configuration([:]).stsEndpoint().endpoint.url == "https://sts.amazonaws.com")
    #expect(
      try configuration(["AWS_REGION": "eu-west-3"]).stsEndpoint().endpoint.url == "https://sts.eu-west-3.amazonaws.com"
    )
    #expect(kind(["AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://h"]) == (.badSetting, nil))
    #expect(kind(["AWS_USE_FIPS_ENDPOINT": "true", "AWS_REGION": "cn-north-1"]) == (.badSetting, nil))
  }

  @Test func bucketsInPathOrHost() throws {
    func url(_ bucket: String, _ environment: [String: String] = [:], style: String? = nil) throws -> String {
      let text = style.map { "[default]\ns3 =\n  addressing_style = \($0)\n" } ?? ""
      return try configuration(environment, config: text).bucketURL(bucket, region: "eu-west-1")
    }
    let own = ["AWS_ENDPOINT_URL_S3": "http://store:9000/p/"]
    #expect(try url("data-1") == "https://data-1.s3.eu-west-1.amazonaws.com")
    #expect(try url("data.1") == "https://s3.eu-west-1.amazonaws.com/data.1")
    #expect(try url("Data_1") == "https://s3.eu-west-1.amazonaws.com/Data_1")
    #expect(try url("data-1", style: "path") == "https://s3.eu-west-1.amazonaws.com/data-1")
    #expect(try url("data-1", own) == "http://store:9000/p/data-1")
    #expect(try url("data-1", own, style: "auto") == "http://store:9000/p/data-1")
    #expect(try url("data-1", own, style: "Virtual") == "http://data-1.store:9000/p")
    #expect(try url("data.1", own, style: "virtual") == "http://data.1.store:9000/p")
    #expect(try url("-data", own, style: "virtual") == "http://store:9000/p/-data")
    #expect(try url("a/b", own) == "http://store:9000/p/a%2Fb")
    #expect(
      try url("data-1", ["AWS_ENDPOINT_URL": "http://127.0.0.1:9"], style: "virtual") == "http://127.0.0.1:9/data-1")
    #expect(try url("data-1", ["AWS_ENDPOINT_URL": "http://[::1]:9"], style: "virtual") == "http://[::1]:9/data-1")
    #expect(kind([:], config: "[default]\ns3 =\n  addressing_style = both\n") == (.badSetting, 3))
  }

  @Test func theRest() throws {
    let text = "[default]\nca_bundle = ~/own.pem\nmax_attempts = 4\n"
    let found = try configuration([:], config: text)
    #expect(found.certificateFile == "/home/u/own.pem" && found.maximumAttempts == 4 && !found.isAnonymous)
    let other = try configuration(
      ["AWS_CA_BUNDLE": "/x.pem", "AWS_MAX_ATTEMPTS": "9", "COLONNADE_S3_ANONYMOUS": "1"], config: text)
    #expect(other.certificateFile == "/x.pem" && other.maximumAttempts == 9 && other.isAnonymous)
    #expect(kind(["AWS_MAX_ATTEMPTS": "0"]) == (.badSetting, nil))
    #expect(kind([:], config: "[default]\nmax_attempts = many\n") == (.badSetting, 2))
    #expect(kind(["COLONNADE_S3_ANONYMOUS": "yes"]) == (.badSetting, nil))
  }

  @Test func profilesAndFiles() throws {
    let error = #expect(throws: S3CredentialError.self) {
      try configuration(["AWS_PROFILE": "prod"], config: "[profile prod2]\n[prod]\nregion = eu-west-1\n")
    }
    #expect(error?.code == "s3.bad-profile" && error?.advice == "did you mean \"prod2\"?")
    // The first variable wins, as in the AWS tools; a file that is not there is an empty one.
    let both = ["AWS_DEFAULT_PROFILE": "a", "AWS_PROFILE": "b", "AWS_CONFIG_FILE": "${D}/c$", "D": "/etc"]
    let surroundings = fakeSurroundings(both, files: ["/etc/c$": "[profile a]\nregion = eu-west-1\n"])
    #expect(try AWSConfiguration(surroundings).region == "eu-west-1")
    var broken = fakeSurroundings()
    broken.readFile = { _ in throw SurroundingsFault(reason: "Permission denied") }
    let unread = #expect(throws: S3CredentialError.self) { try AWSConfiguration(broken) }
    #expect(
      unread?.kind == .badConfigFile && unread?.place.file == config
        && unread?.summary.contains("Permission denied") == true)
  }
}
