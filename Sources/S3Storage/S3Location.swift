// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

/// A bucket and a key in it, as `s3://bucket/key` names them.
///
/// The key is everything after the slash, byte for byte: nothing in it is an escape, a second slash and a space are part of it.
struct S3Location: Sendable, Hashable {
  var bucket: String
  /// Empty for the bucket itself.
  var key: String

  static let scheme = "s3://"

  init(bucket: String, key: String) {
    self.bucket = bucket
    self.key = key
  }

  /// Throws `storage.bad-name` where `path` is no such address.
  init(_ path: String) throws(StorageError) {
    guard path.hasPrefix(Self.scheme) else {
      throw StorageError(.badName, name: path, summary: "this is not an s3:// address")
    }
    let rest = path.dropFirst(Self.scheme.count)
    // Of the bytes: a slash before a combining mark is one character with it.
    let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/"))
    bucket = String(rest[..<(slash ?? rest.endIndex)])
    key = slash.map { String(rest[rest.utf8.index(after: $0)...]) } ?? ""
    guard !bucket.isEmpty, bucket.utf8.allSatisfy(isNameByte) else {
      throw StorageError(
        .badName, name: path, summary: "\"\(bucket)\" cannot be the name of a bucket", advice: "write s3://BUCKET/KEY")
    }
    guard key.utf8.count <= 1024 else {
      throw StorageError(.badName, name: path, summary: "a key of \(key.utf8.count) bytes, S3 allows 1,024")
    }
  }

  /// The address.
  var path: String { "\(Self.scheme)\(bucket)/\(key)" }
}

/// Letters, digits, `.`, `-`, and `_` and capitals of old buckets ("Bucket naming rules" of the Amazon S3 User Guide).
private func isNameByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
  case UInt8(ascii: "0")...UInt8(ascii: "9"): true
  case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
  default: false
  }
}

/// `text` with every byte but letters, digits, `-._~` and those of `kept` as `%XX` (RFC 3986, 2.1 and 2.3).
func percentEncoded(_ text: String, keeping kept: StaticString = "") -> String {
  let kept = kept.withUTF8Buffer { Array($0) }
  let digits = Array("0123456789ABCDEF".utf8)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(text.utf8.count)
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      bytes.append(byte)
    case let byte where kept.contains(byte):
      bytes.append(byte)
    default:
      bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// What ``percentEncoded(_:keeping:)`` made, undone; nil where an escape is none or the bytes are not UTF-8. `+` stays.
func percentDecoded(_ text: String) -> String? {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard rest.count >= 2, let high = hexadecimalDigit(rest[rest.startIndex]),
      let low = hexadecimalDigit(rest[rest.startIndex + 1])
    else {
      return nil
    }
    bytes.append(high << 4 | low)
    rest = rest.dropFirst(2)
  }
  return String(validating: bytes, as: UTF8.self)
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
