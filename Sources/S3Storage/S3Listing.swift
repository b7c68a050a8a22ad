// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

extension S3Client {
  /// Keys that begin with `prefix`'s key, in byte order, a thousand a request. `isFlat`: those with a slash after the prefix are left out, and
  /// `folders` tells up to which slash they agree.
  func list(_ prefix: S3Location, name: String, isFlat: Bool, limit: Int = .max) throws -> (
    keys: [String], folders: [String]
  ) {
    var keys: [String] = []
    var folders: [String] = []
    var seen: Set<String> = []
    var token: String?
    repeat {
      var call = S3Call("GET", S3Location(bucket: prefix.bucket, key: ""), name: name, action: "s3:ListBucket")
      call.query = [("list-type", "2"), ("prefix", prefix.key), ("encoding-type", "url")]
      if isFlat { call.query.append(("delimiter", "/")) }
      if limit < 1000 { call.query.append(("max-keys", "\(limit)")) }
      if let token { call.query.append(("continuation-token", token)) }
      let page = try XMLNode.parse(reply: try perform(call), name: name)
      keys += try page.all("Contents").map { try decodedKey($0["Key"], page, name: name) }
      folders += try page.all("CommonPrefixes").map { try decodedKey($0["Prefix"], page, name: name) }
      let isCut = page["IsTruncated"] == "true"
      let next = isCut ? page["NextContinuationToken"] : nil
      // A list that ended here would lack objects, unsaid.
      guard !isCut || next.map({ seen.insert($0).inserted }) ?? false else { throw goesNowhere(name) }
      token = next
    } while token != nil && keys.count < limit
    // Within a page they are in order; services that sort by something else than bytes are known.
    return (
      keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) },
      folders.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    )
  }

  /// An upload that was begun and neither completed nor aborted.
  struct UnfinishedUpload: Sendable {
    var key: String
    var id: String
    /// ISO 8601, as the service says it.
    var initiated: String
  }

  /// Unfinished uploads to keys that begin with `prefix`'s key.
  func unfinishedUploads(_ prefix: S3Location, name: String) throws -> [UnfinishedUpload] {
    var uploads: [UnfinishedUpload] = []
    var seen: Set<String> = []
    var marker: (key: String, id: String)?
    repeat {
      var call = S3Call(
        "GET", S3Location(bucket: prefix.bucket, key: ""), name: name, action: "s3:ListBucketMultipartUploads")
      // Not encoded: radosgw 16.2 encodes keys here when asked to, and does not say so.
      call.query = [("uploads", ""), ("prefix", prefix.key)]
      if let marker { call.query += [("key-marker", marker.key), ("upload-id-marker", marker.id)] }
      let page = try XMLNode.parse(reply: try perform(call), name: name)
      for upload in page.all("Upload") {
        guard let id = upload["UploadId"], let initiated = upload["Initiated"] else {
          throw S3Error(.badAnswer, name: name, summary: "the service lists an upload without its id or time")
        }
        let key = try decodedKey(upload["Key"], page, name: name)
        // Not every service heeds the prefix.
        if key.utf8.starts(with: prefix.key.utf8) {
          uploads.append(UnfinishedUpload(key: key, id: id, initiated: initiated))
        }
      }
      guard page["IsTruncated"] == "true" else { return uploads }
      let next = (
        key: try decodedKey(page["NextKeyMarker"], page, name: name), id: page["NextUploadIdMarker"] ?? ""
      )
      guard seen.insert(next.key + "\n" + next.id).inserted else { throw goesNowhere(name) }
      marker = next
    } while true
  }

  private func goesNowhere(_ name: String) -> S3Error {
    S3Error(.badAnswer, name: name, summary: "the service says that its list goes on, but not where")
  }

  /// A key as it is. Asked to (`encoding-type=url`), services encode it, as XML cannot hold every character; most say so in the answer.
  private func decodedKey(_ text: String?, _ page: XMLNode, name: String) throws -> String {
    let isEncoded = page["EncodingType"] == "url"
    // In this encoding a blank may be a plus; a plus itself is always %2B.
    let plain = isEncoded ? text.map { String($0.map { $0 == "+" ? " " : $0 }) } : text
    guard let plain, let key = isEncoded ? percentDecoded(plain) : plain else {
      throw S3Error(.badAnswer, name: name, summary: "the service lists a key that cannot be read")
    }
    return key
  }
}

extension XMLNode {
  /// The body of an answer. Throws ``S3Error`` where it is no XML.
  static func parse(reply: HTTPResponse, name: String) throws -> XMLNode {
    do throws(XMLFault) {
      return try parse(reply.body)
    } catch {
      throw S3Error(.badAnswer, name: name, summary: "the service sent XML that cannot be read: \(error.reason)")
    }
  }
}
