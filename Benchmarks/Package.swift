// swift-tools-version: 6.1
// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Nested, so that users of the library neither build nor resolve what only benchmarks need.
let package = Package(
  name: "colonnade-benchmarks",
  dependencies: [.package(name: "colonnade", path: "..")],
  targets: [
    .target(name: "BenchmarkSupport", path: "Support"),
    // C modules are in reach as dependencies of the products.
    .executableTarget(
      name: "scan-speed", dependencies: ["BenchmarkSupport", .product(name: "ColonnadeText", package: "colonnade")],
      path: "ScanSpeed"),
    .executableTarget(
      name: "decode-speed",
      dependencies: ["BenchmarkSupport", .product(name: "ColonnadeChunkFile", package: "colonnade")],
      path: "DecodeSpeed"),
    .executableTarget(
      name: "kernel-speed", dependencies: ["BenchmarkSupport", .product(name: "Colonnade", package: "colonnade")],
      path: "KernelSpeed"),
    .executableTarget(
      name: "reading-speed", dependencies: [.product(name: "ColonnadeChunkFile", package: "colonnade")],
      path: "ReadingSpeed"),
  ],
  swiftLanguageModes: [.v6]
)
