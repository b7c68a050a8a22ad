// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

extension S3Client {
  /// A client as `surroundings` describe it. Opens libcurl; sends something only where nothing names the region, to
  /// the instance that this may be. Throws a `Diagnosis`.
  convenience init(_ surroundings: AWSSurroundings, traffic: TrafficCounter) throws {
    let configuration = try AWSConfiguration(surroundings)
    let transport: CurlTransport
    do throws(HTTPFailure) {
      transport = try CurlTransport(certificates: configuration.certificateFile)
    } catch {
      throw S3Error(.noLibrary, name: "s3://", summary: error.reason)
    }
    let region = try configuration.requiredRegion(asking: transport, surroundings)
    self.init(
      transport: transport, endpoint: S3Endpoint(configuration: configuration, region: region),
      provider: CredentialProvider(configuration: configuration, transport: transport, surroundings: surroundings),
      traffic: traffic, attemptLimit: configuration.maximumAttempts ?? 6)
  }
}
