// swift-tools-version: 6.1
// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Nested, so that the library's own package knows nothing of sanitizers. `make fuzz` and `make million` give the flags.
let package = Package(
  name: "colonnade-fuzz",
  dependencies: [.package(name: "colonnade", path: "../../..")],
  targets: [
    // A link to the folder of the unit tests, which check the seeds by it.
    .target(
      name: "Invariants", dependencies: [.product(name: "ColonnadeText", package: "colonnade")], path: "Invariants"),
    .executableTarget(name: "fuzz-csv", dependencies: ["Invariants"], path: "FuzzCSV"),
    .executableTarget(name: "million", dependencies: ["Invariants"], path: "Million"),
  ],
  swiftLanguageModes: [.v6]
)
