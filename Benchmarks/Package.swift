// swift-tools-version: 6.1
// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Nested, so that users of the library neither build nor resolve what only benchmarks need.
let package = Package(
  name: "colonnade-benchmarks",
  dependencies: [.package(name: "colonnade", path: "..")],
  targets: [
    // The scanner is package-private; its module is in reach as a dependency of this product.
    .executableTarget(
      name: "scan-speed", dependencies: [.product(name: "ColonnadeText", package: "colonnade")], path: "ScanSpeed")
  ],
  swiftLanguageModes: [.v6]
)
