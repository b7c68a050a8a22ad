// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import TestSupport
import Testing

@testable import S3Storage

@Suite struct S3AddressTests {
  @Test func addressesArePartedAtTheFirstSlash() throws {
    for (path, bucket, key) in [
      ("s3://b", "b", ""), ("s3://b/", "b", ""), ("s3://b/k", "b", "k"), ("s3://b/a/b//c/", "b", "a/b//c/"),
      ("s3://b//k", "b", "/k"), ("s3://My_old.bucket-1/k", "My_old.bucket-1", "k"),
      ("s3://b/a?b#c%20 +", "b", "a?b#c%20 +"),
      ("s3://b/é/数/😀", "b", "é/数/😀"), ("s3://b/\u{301}x", "b", "\u{301}x"),
      ("s3://b/a/\u{301}x/c", "b", "a/\u{301}x/c"),
    ] {
      let location = try S3Location(path)
      #expect(location.bucket == bucket)
      #expect(Array(location.key.utf8) == Array(key.utf8), "\(path)")
      #expect(key.isEmpty || Array(location.path.utf8) == Array(path.utf8))
    }
  }

  @Test func otherAddressesAreRefused() {
    let long = String(repeating: "é", count: 512)
    for path in [
      "", "s3:/b/k", "S3://b/k", "/s3://b/k", "s3://", "s3:///k", "s3://b c/k", "s3://b%20/k", "s3://é/k",
      "s3://user@host/k", "s3://b:9000/k", "s3://b\\k", "s3://b?k", "s3://b/\(long)x",
    ] {
      let error = diagnosis { try S3Location(path) }
      #expect(error?.code == "storage.bad-name", "\(path)")
      #expect(error?.place == Place(file: path))
    }
    #expect(diagnosis { try S3Location("s3://b/\(long)") } == nil)
  }

  @Test func percentEncodingKeepsOnlyWhatItMay() {
    let kept = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    for byte in UInt8(0)..<128 {
      let text = String(UnicodeScalar(byte))
      let digits = String(byte, radix: 16, uppercase: true)
      let escape = "%" + (digits.utf8.count == 1 ? "0" : "") + digits
      #expect(percentEncoded(text) == (kept.contains(byte) ? text : escape))
      #expect(
        percentEncoded(text, keeping: "/+") == (kept.contains(byte) || text == "/" || text == "+" ? text : escape))
    }
    #expect(percentEncoded("é数") == "%C3%A9%E6%95%B0")
  }

  @Test func percentEncodingIsUndone() {
    var random = RandomSource(seed: 5)
    for _ in 0..<500 {
      var text = ""
      for _ in 0..<Int.random(in: 0...20, using: &random) {
        let limits: [UInt32] = [0x80, 0x800, 0xD800, 0x110000]
        let number = UInt32.random(in: 0..<limits.randomElement(using: &random)!, using: &random)
        if let scalar = Unicode.Scalar(number) { text.unicodeScalars.append(scalar) }
      }
      #expect(percentDecoded(percentEncoded(text)).map { Array($0.utf8) } == Array(text.utf8), "seed \(random.seed)")
      #expect(percentDecoded(percentEncoded(text, keeping: "/+ ")).map { Array($0.utf8) } == Array(text.utf8))
    }
    #expect(percentDecoded("a+b%2b%2Bc") == "a+b++c")
  }

  @Test(arguments: ["%", "%4", "a%", "%G0", "%0G", "%+1", "%-1", "% 1", "%C3", "%FF", "%ED%A0%80", "%%41"])
  func otherEscapesAreNone(_ text: String) { #expect(percentDecoded(text) == nil) }

  private func endpoint(_ environment: [String: String], files: [String: String] = [:]) throws -> S3Endpoint {
    S3Endpoint(configuration: try AWSConfiguration(fakeSurroundings(environment, files: files)), region: "eu-west-1")
  }

  @Test func bucketsStandInTheHostOrInThePath() throws {
    let amazon = try endpoint([:])
    #expect(amazon.url == "https://s3.eu-west-1.amazonaws.com")
    #expect(amazon.region == "eu-west-1")
    #expect(
      amazon.url(S3Location(bucket: "bucket", key: "a/b c+d"))
        == "https://bucket.s3.eu-west-1.amazonaws.com/a/b%20c%2Bd")
    #expect(amazon.url(S3Location(bucket: "bucket", key: "")) == "https://bucket.s3.eu-west-1.amazonaws.com/")
    #expect(
      amazon.url(S3Location(bucket: "Old_bucket", key: "k")) == "https://s3.eu-west-1.amazonaws.com/Old_bucket/k")
    let other = try endpoint(["AWS_ENDPOINT_URL_S3": "http://host:9000/base/"])
    #expect(other.url(S3Location(bucket: "bucket", key: "/k//")) == "http://host:9000/base/bucket//k//")
    #expect(other.url(S3Location(bucket: "bucket", key: "")) == "http://host:9000/base/bucket/")
    #expect(other.url(S3Location(bucket: "bucket", key: "../é")) == "http://host:9000/base/bucket/../%C3%A9")
  }

  @Test func queriesAreInTheOrderThatIsSigned() throws {
    let endpoint = try endpoint(["AWS_ENDPOINT_URL_S3": "http://host"])
    let location = S3Location(bucket: "b", key: "")
    #expect(
      endpoint.url(location, query: [("uploads", ""), ("prefix", "a/b &=+é"), ("list-type", "2")])
        == "http://host/b/?list-type=2&prefix=a%2Fb%20%26%3D%2B%C3%A9&uploads=")
    #expect(endpoint.url(location, query: [("b", "2"), ("B", "1"), ("a", "")]) == "http://host/b/?B=1&a=&b=2")
  }
}

@Suite struct DigestTests {
  /// RFC 4648, 10.
  @Test func base64() {
    let pairs = [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ]
    for (plain, text) in pairs { #expect(S3Storage.base64(Array(plain.utf8)) == text) }
    #expect(S3Storage.base64([0xFB, 0xFF, 0xBE, 0, 0]) == "+/++AAA=")
  }

  @Test func hexadecimal() {
    #expect(S3Storage.hexadecimal([]) == "")
    #expect(S3Storage.hexadecimal([0, 1, 0x7F, 0xAB, 0xFF]) == "00017fabff")
  }

  /// FIPS 180-4's and RFC 1321's own examples.
  @Test func sums() throws {
    _ = try CurlTransport()
    func sums(_ text: String) -> [String] {
      let bytes = Array(text.utf8)
      return [
        bytes.withUnsafeBytes { S3Storage.hexadecimal(sha256($0)) },
        bytes.withUnsafeBytes { S3Storage.hexadecimal(md5($0)) },
      ]
    }
    #expect(
      sums("") == [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "d41d8cd98f00b204e9800998ecf8427e",
      ])
    #expect(
      sums("abc") == [
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "900150983cd24fb0d6963f7d28e17f72",
      ])
    #expect(S3Storage.hexadecimal(sha256(UnsafeRawBufferPointer(start: nil, count: 0))).hasPrefix("e3b0c442"))
  }
}
