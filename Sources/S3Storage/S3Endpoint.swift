// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Where requests go, and the region they are signed for.
struct S3Endpoint: Sendable {
  let configuration: AWSConfiguration
  /// For the signature.
  let region: String

  /// For messages.
  var url: String { configuration.s3Endpoint(region: region).url }

  /// The URL of an object, or of the bucket where the key is empty, with a query in the order that signing wants.
  ///
  /// Names and values of `query` are plain text; a name without a value gets `=` all the same.
  func url(_ location: S3Location, query: [(name: String, value: String)] = []) -> String {
    let object =
      configuration.bucketURL(location.bucket, region: region) + "/" + percentEncoded(location.key, keeping: "/")
    guard !query.isEmpty else { return object }
    let parts = query.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }
    return object + "?" + parts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: "&")
  }
}
