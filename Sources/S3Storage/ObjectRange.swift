// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage

/// Which state of an object is meant.
struct ObjectVersion: Sendable, Equatable {
  /// The ETag, quotes included.
  var tag: String
  var byteCount: Int
}

/// Some bytes of an object, and which state of it they are of.
struct ObjectPiece: Sendable {
  var offset: Int
  var bytes: [UInt8]
  var version: ObjectVersion

  var range: Range<Int> { offset..<offset + bytes.count }
}

extension S3Client {
  /// Fills `buffer` with the bytes of `version` from `offset` on; a newer state of the object is an error.
  ///
  /// One request, tried again where it makes sense. Throws `storage.changed` if the object is no longer that, or no longer there.
  func read(
    _ location: S3Location, name: String, version: ObjectVersion, at offset: Int,
    into buffer: UnsafeMutableRawBufferPointer
  ) throws {
    guard !buffer.isEmpty else { return }
    var call = S3Call("GET", location, name: name, action: "s3:GetObject")
    call.headers = [("Range", "bytes=\(offset)-\(offset + buffer.count - 1)"), ("If-Match", version.tag)]
    call.expected = [404, 412, 416]
    let response = try perform(call, into: buffer)
    guard (200...299).contains(response.status), response.headers["etag"] == version.tag else {
      throw changed(call, response, at: offset)
    }
    // A server that overlooks the range sends the object from its start; the size alone would not show it.
    let isWhole = offset == 0 && buffer.count == version.byteCount
    guard isWhole || ContentRange(response)?.range == offset..<offset + buffer.count else {
      throw S3Error(
        .badAnswer, name: name, summary: "the service did not send the bytes that were asked for", byteOffset: offset)
    }
  }

  private func changed(_ call: S3Call, _ response: HTTPResponse, at offset: Int) -> any Diagnosis {
    let refusal = S3Refusal(response)
    if refusal.code == "NoSuchBucket" {
      return refusal.diagnosis(of: call, region: endpoint.region, credentials: nil)
    }
    return StorageError(changedWhileRead: call.name, byteOffset: offset)
  }

  /// The object's first `count` bytes, or its last ones; fewer where it has fewer. One request.
  func edge(_ location: S3Location, name: String, isTail: Bool, count: Int) throws -> ObjectPiece {
    var call = S3Call("GET", location, name: name, action: "s3:GetObject")
    call.headers = [("Range", isTail ? "bytes=-\(count)" : "bytes=0-\(count - 1)")]
    call.expected = [416]
    let response = try perform(call)
    // An empty object has no range. Then only a whole answer tells its state.
    if response.status == 416 { return try emptyObject(location, name: name) }
    guard let tag = response.headers["etag"] else {
      throw S3Error(.badAnswer, name: name, summary: "the service sent an object without an ETag")
    }
    guard response.status == 206 else {
      return ObjectPiece(
        offset: 0, bytes: response.body, version: ObjectVersion(tag: tag, byteCount: response.body.count))
    }
    guard let sent = ContentRange(response), sent.range.count == response.body.count, let total = sent.total else {
      throw S3Error(.badAnswer, name: name, summary: "the service sent bytes without saying which (Content-Range)")
    }
    return ObjectPiece(
      offset: sent.range.lowerBound, bytes: response.body, version: ObjectVersion(tag: tag, byteCount: total))
  }

  private func emptyObject(_ location: S3Location, name: String) throws -> ObjectPiece {
    guard let head = try head(location, name: name) else {
      throw StorageError(.notFound, name: name, summary: "it does not exist")
    }
    guard head.version.byteCount == 0 else { throw StorageError(changedWhileRead: name, byteOffset: 0) }
    return ObjectPiece(offset: 0, bytes: [], version: head.version)
  }

  /// State and headers of an object, nil if there is none. One request.
  func head(_ location: S3Location, name: String) throws -> (version: ObjectVersion, headers: [String: String])? {
    var call = S3Call("HEAD", location, name: name, action: "s3:GetObject")
    call.expected = [400, 403, 404]
    var response = try perform(call)
    if response.status != 404, response.status >= 400 {
      // An answer to HEAD has no body that tells why. The same question as a GET has; where that is answered, the reason is gone.
      var asked = S3Call("GET", location, name: name, action: "s3:GetObject")
      asked.headers = [("Range", "bytes=0-0")]
      asked.expected = [404, 416]
      if try perform(asked).status == 404 { return nil }
      call.expected = [404]
      response = try perform(call)
    }
    guard response.status != 404 else { return nil }
    guard let tag = response.headers["etag"], let size = response.headers["content-length"].flatMap({ Int($0) }) else {
      throw S3Error(.badAnswer, name: name, summary: "the service names no size or no ETag of an object")
    }
    return (ObjectVersion(tag: tag, byteCount: size), response.headers)
  }
}

/// `Content-Range: bytes 0-99/1000` (RFC 9110, 14.4).
struct ContentRange: Equatable {
  var range: Range<Int>
  /// Size of the whole, nil where the service does not say.
  var total: Int?

  init?(_ response: HTTPResponse) {
    guard let text = response.headers["content-range"], text.hasPrefix("bytes ") else { return nil }
    let parts = text.dropFirst("bytes ".count).split(separator: "/")
    let ends = parts.first?.split(separator: "-", omittingEmptySubsequences: false) ?? []
    guard parts.count == 2, ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first >= 0,
      last >= first, last < Int.max
    else { return nil }
    range = first..<last + 1
    total = Int(parts[1])
    if let total, total <= last { return nil }
  }

  /// What is wrong with a response that holds a part of an object, if its body was gathered and has another length than it says.
  static func misfit(_ response: HTTPResponse, inBody: Bool) -> String? {
    guard inBody, response.status == 206, let told = ContentRange(response), told.range.count != response.body.count
    else { return nil }
    return "\(response.body.count) bytes came where the service spoke of \(told.range.count)"
  }
}
