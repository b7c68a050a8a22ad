// swift-tools-version: 6.1
// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Nested, so that the library's own package knows nothing of sanitizers. The Makefile's targets give the flags.
let package = Package(
  name: "colonnade-fuzz",
  dependencies: [.package(name: "colonnade", path: "../../..")],
  targets: [
    // Links to folders of the unit tests, which check the seeds by them.
    .target(
      name: "Invariants", dependencies: [.product(name: "ColonnadeText", package: "colonnade")], path: "Invariants"),
    .target(
      name: "FileInvariants", dependencies: [.product(name: "ColonnadeChunkFile", package: "colonnade")],
      path: "FileInvariants"),
    .target(name: "TestSupport", path: "TestSupport", exclude: ["PlainIntegerEncoder.swift"]),
    .executableTarget(name: "fuzz-csv", dependencies: ["Invariants"], path: "FuzzCSV"),
    .executableTarget(name: "fuzz-file", dependencies: ["FileInvariants"], path: "FuzzFile"),
    .executableTarget(name: "million", dependencies: ["Invariants"], path: "Million"),
    .executableTarget(name: "pieces", dependencies: ["Invariants"], path: "Pieces"),
    .executableTarget(name: "damage", dependencies: ["FileInvariants", "TestSupport"], path: "Damage"),
  ],
  swiftLanguageModes: [.v6]
)
