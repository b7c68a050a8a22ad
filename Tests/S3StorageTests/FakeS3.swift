// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage
import Synchronization
import TestSupport

@testable import S3Storage

/// A service that keeps objects in memory and does of S3's protocol what this target asks for, by the path style.
///
/// It refuses what S3 refuses: unsigned requests, bodies that their digests do not fit, parts that it does not have. `before` may answer a
/// request in its stead, for faults; what it gives nil for is carried out.
final class FakeS3: Sendable {
  struct Object: Sendable {
    var bytes: [UInt8]
    var tag: String
    var headers: [(String, String)]
  }

  struct Upload: Sendable {
    var key: String
    var headers: [(String, String)]
    var parts: [Int: Object] = [:]
  }

  struct State: Sendable {
    /// By key, as it is in the address: still encoded, so that no two keys are the same text.
    var objects: [String: Object] = [:]
    var uploads: [String: Upload] = [:]
    var count = 0
    /// Requests as `METHOD what`, in order.
    var log: [String] = []
  }

  let state = Mutex(State())
  let pageSize: Int
  private let before: @Sendable (FakeS3, ServedRequest) -> ServedAnswer?

  init(pageSize: Int = 1000, before: @escaping @Sendable (FakeS3, ServedRequest) -> ServedAnswer? = { _, _ in nil }) {
    self.pageSize = pageSize
    self.before = before
  }

  var log: [String] { state.withLock { $0.log } }
  var objectCount: Int { state.withLock { $0.objects.count } }
  var uploadCount: Int { state.withLock { $0.uploads.count } }
  subscript(key: String) -> [UInt8]? { state.withLock { $0.objects[percentEncoded(key, keeping: "/")]?.bytes } }

  /// Puts an object there.
  func set(_ key: String, _ bytes: [UInt8], tag: String? = nil) {
    state.withLock { state in
      state.count += 1
      state.objects[percentEncoded(key, keeping: "/")] = Object(
        bytes: bytes, tag: tag ?? "\"tag-\(state.count)\"", headers: [])
    }
  }

  /// What the request is for, in a word or two.
  static func purpose(_ request: ServedRequest) -> String {
    let isPart = request.query("partNumber") != nil
    let isUpload = request.query("uploadId") != nil
    switch request.method {
    case "GET" where request.query("list-type") != nil: return "list"
    case "GET" where request.query("uploads") != nil: return "list uploads"
    case "POST" where request.query("uploads") != nil: return "begin"
    case "POST" where isUpload: return "complete"
    case "PUT" where isPart: return "part \(request.query("partNumber") ?? "")"
    case "DELETE" where isUpload: return "abort"
    default: return request.method.lowercased()
    }
  }

  func serve(_ request: ServedRequest) -> ServedAnswer {
    state.withLock { $0.log.append(Self.purpose(request)) }
    return before(self, request) ?? carryOut(request)
  }

  func carryOut(_ request: ServedRequest) -> ServedAnswer {
    guard request.headers["authorization"]?.hasPrefix("AWS4-HMAC-SHA256 Credential=") == true else {
      return Self.error(403, "AccessDenied")
    }
    let digest = request.body.withUnsafeBytes { sha256($0) }
    let sums = [
      ("x-amz-content-sha256", hexadecimal(digest)), ("x-amz-checksum-sha256", base64(digest)),
      ("content-md5", request.body.withUnsafeBytes { base64(md5($0)) }),
    ]
    for (name, sum) in sums where request.headers[name] ?? sum != sum { return Self.error(400, "BadDigest") }
    guard request.headers["x-amz-content-sha256"] != nil else { return Self.error(400, "MissingDigest") }
    let key = String(request.path.dropFirst().drop { $0 != "/" }.dropFirst())
    switch Self.purpose(request) {
    case "list": return list(request)
    case "get": return get(key, request)
    case "head": return head(key)
    case "put": return put(key, request)
    case "begin": return begin(key, request)
    case "complete": return complete(key, request)
    case "abort": return abort(request)
    case "delete":
      state.withLock { _ = $0.objects.removeValue(forKey: key) }
      return ServedAnswer(204)
    default: return request.query("partNumber").flatMap { Int($0) }.map { part($0, request) } ?? ServedAnswer(501)
    }
  }

  static func error(_ status: Int, _ code: String, message: String = "In words.") -> ServedAnswer {
    ServedAnswer(
      status, headers: [("Content-Type", "application/xml")],
      text: "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>\(message)</Message></Error>")
  }
}

// MARK: - Objects

extension FakeS3 {
  private func get(_ key: String, _ request: ServedRequest) -> ServedAnswer {
    guard let object = state.withLock({ $0.objects[key] }) else { return Self.error(404, "NoSuchKey") }
    if let wanted = request.headers["if-match"], wanted != object.tag { return Self.error(412, "PreconditionFailed") }
    guard let range = request.headers["range"] else {
      return ServedAnswer(200, headers: [("ETag", object.tag)], body: object.bytes)
    }
    let ends = range.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    let size = object.bytes.count
    let first = ends[0] ?? max(0, size - (ends[1] ?? 0))
    let last = min(size - 1, ends[0] == nil ? size - 1 : ends[1] ?? size - 1)
    guard first <= last else { return Self.error(416, "InvalidRange") }
    return ServedAnswer(
      206, headers: [("ETag", object.tag), ("Content-Range", "bytes \(first)-\(last)/\(size)")],
      body: Array(object.bytes[first...last]))
  }

  private func head(_ key: String) -> ServedAnswer {
    guard let object = state.withLock({ $0.objects[key] }) else { return ServedAnswer(404) }
    return ServedAnswer(
      200, headers: object.headers + [("ETag", object.tag), ("Content-Length", "\(object.bytes.count)")])
  }

  private func put(_ key: String, _ request: ServedRequest) -> ServedAnswer {
    state.withLock { state in
      if request.headers["if-none-match"] != nil, state.objects[key] != nil {
        return Self.error(412, "PreconditionFailed")
      }
      state.count += 1
      let object = Object(bytes: request.body, tag: "\"tag-\(state.count)\"", headers: Self.metadata(request))
      state.objects[key] = object
      return ServedAnswer(200, headers: [("ETag", object.tag)])
    }
  }

  private static func metadata(_ request: ServedRequest) -> [(String, String)] {
    request.headers.filter { $0.key.hasPrefix("x-amz-meta-") }.map { ($0.key, $0.value) }
  }
}

// MARK: - Uploads in parts

extension FakeS3 {
  private func begin(_ key: String, _ request: ServedRequest) -> ServedAnswer {
    let id = state.withLock { state in
      state.count += 1
      state.uploads["upload-\(state.count)"] = Upload(key: key, headers: Self.metadata(request))
      return "upload-\(state.count)"
    }
    return ServedAnswer(
      200, text: "<InitiateMultipartUploadResult><UploadId>\(id)</UploadId></InitiateMultipartUploadResult>")
  }

  private func part(_ number: Int, _ request: ServedRequest) -> ServedAnswer {
    state.withLock { state in
      guard let id = request.query("uploadId"), state.uploads[id] != nil else { return Self.error(404, "NoSuchUpload") }
      state.count += 1
      let tag = "\"part-\(number)-\(state.count)\""
      state.uploads[id]?.parts[number] = Object(bytes: request.body, tag: tag, headers: [])
      let digest = request.headers["x-amz-checksum-sha256"].map { [("x-amz-checksum-sha256", $0)] } ?? []
      return ServedAnswer(200, headers: [("ETag", tag)] + digest)
    }
  }

  private func complete(_ key: String, _ request: ServedRequest) -> ServedAnswer {
    state.withLock { state in
      guard let id = request.query("uploadId"), let upload = state.uploads[id], upload.key == key else {
        return Self.error(404, "NoSuchUpload")
      }
      if request.headers["if-none-match"] != nil, state.objects[key] != nil {
        return Self.error(412, "PreconditionFailed")
      }
      guard let root = try? XMLNode.parse(request.body), root.name == "CompleteMultipartUpload" else {
        return Self.error(400, "MalformedXML")
      }
      var bytes: [UInt8] = []
      var lastNumber = 0
      for named in root.all("Part") {
        guard let number = named["PartNumber"].flatMap({ Int($0) }), number > lastNumber,
          let part = upload.parts[number], named["ETag"] == part.tag,
          named["ChecksumSHA256"] == part.bytes.withUnsafeBytes({ base64(sha256($0)) })
        else { return Self.error(400, "InvalidPart") }
        lastNumber = number
        bytes += part.bytes
      }
      guard lastNumber == upload.parts.count else { return Self.error(400, "InvalidPart") }
      state.count += 1
      state.objects[key] = Object(bytes: bytes, tag: "\"whole-\(state.count)\"", headers: upload.headers)
      state.uploads[id] = nil
      return ServedAnswer(
        200, text: "<CompleteMultipartUploadResult><Key>k</Key><ETag>e</ETag></CompleteMultipartUploadResult>")
    }
  }

  private func abort(_ request: ServedRequest) -> ServedAnswer {
    state.withLock { state in
      guard let id = request.query("uploadId"), state.uploads.removeValue(forKey: id) != nil else {
        return Self.error(404, "NoSuchUpload")
      }
      return ServedAnswer(204)
    }
  }
}

// MARK: - Lists

extension FakeS3 {
  /// Pages end where they may: a page's token is the last key or folder on it.
  private func list(_ request: ServedRequest) -> ServedAnswer {
    func decoded(_ name: String) -> String? { request.query(name).flatMap { percentDecoded($0) } }
    guard let prefix = decoded("prefix"), request.query("encoding-type") == "url" else {
      return Self.error(400, "InvalidArgument")
    }
    let after = decoded("continuation-token").flatMap { percentDecoded($0) }.map { Array($0.utf8) } ?? []
    let limit = min(pageSize, request.query("max-keys").flatMap { Int($0) } ?? 1000)
    let keys = state.withLock { $0.objects.keys.compactMap { percentDecoded($0) } }
      .filter { $0.utf8.starts(with: prefix.utf8) }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var entries: [(isFolder: Bool, name: [UInt8])] = []
    for key in keys {
      var name = Array(key.utf8)
      let rest = name[prefix.utf8.count...]
      let slash = request.query("delimiter") == nil ? nil : rest.firstIndex(of: UInt8(ascii: "/"))
      if let slash { name = Array(name[...slash]) }
      if entries.last?.name != name { entries.append((slash != nil, name)) }
    }
    let rest = entries.filter { after.lexicographicallyPrecedes($0.name) }
    let page = rest.prefix(limit)
    func encoded(_ name: [UInt8]) -> String {
      // As Amazon encodes it: a blank is a plus, a slash is kept.
      percentEncoded(String(decoding: name, as: UTF8.self), keeping: "/").split(
        separator: "%20", omittingEmptySubsequences: false
      ).joined(separator: "+")
    }
    let shown = page.map { entry in
      entry.isFolder
        ? "<CommonPrefixes><Prefix>\(encoded(entry.name))</Prefix></CommonPrefixes>"
        : "<Contents><Key>\(encoded(entry.name))</Key></Contents>"
    }
    let isCut = page.count < rest.count
    let token = isCut ? page.last.map { percentEncoded(String(decoding: $0.name, as: UTF8.self)) } : nil
    return ServedAnswer(
      200,
      text: "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>\(isCut)</IsTruncated>"
        + (token.map { "<NextContinuationToken>\($0)</NextContinuationToken>" } ?? "")
        + shown.joined() + "</ListBucketResult>")
  }
}
