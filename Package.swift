// swift-tools-version: 6.1
// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Arrows only point down: a target may depend on those above it in this list, never below.
let package = Package(
  name: "colonnade",
  products: [
    .executable(name: "colonnade", targets: ["colonnade-cli"]),
    .library(name: "Colonnade", targets: ["Colonnade"]),
    .library(name: "ColonnadeKernels", targets: ["Kernels"]),
    .library(name: "ColonnadeChunkFile", targets: ["ChunkFile"]),
    .library(name: "ColonnadeText", targets: ["TextFormats"]),
  ],
  traits: [
    .default(enabledTraits: ["S3"]),
    .trait(
      name: "S3", description: "Reads and writes s3:// through the system's libcurl, loaded when it is first needed"),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CXXHash", exclude: ["README.md"], linkerSettings: [.linkedLibrary("xxhash")]),
    .target(name: "CColumnShims", exclude: ["README.md"]),
    .target(name: "CCurlShims", exclude: ["README.md"]),

    .target(name: "Workers", dependencies: ["CColumnShims"], exclude: ["README.md"]),
    .target(name: "Columns", exclude: ["README.md"]),
    .target(name: "Kernels", dependencies: ["CColumnShims"], exclude: ["README.md"]),
    .target(
      name: "Encodings", dependencies: ["Columns", "CColumnShims", "CZlib", "CZstd", "CXXHash"],
      exclude: ["README.md"]),
    .target(
      name: "ObjectStorage", dependencies: ["Columns", "CColumnShims", "CZlib", "CZstd"], exclude: ["README.md"]),
    .target(name: "ArrowIPC", dependencies: ["Columns", "ObjectStorage", "CZstd"], exclude: ["README.md"]),
    .target(
      name: "S3Storage", dependencies: ["CColumnShims", "CCurlShims", "Columns", "ObjectStorage", "Workers"],
      exclude: ["README.md", "Credentials/README.md"]),
    .target(name: "ChunkFile", dependencies: ["Columns", "Encodings", "ObjectStorage"], exclude: ["README.md"]),
    .target(
      name: "TextFormats", dependencies: ["Columns", "CColumnShims", "Workers"],
      exclude: ["README.md"]),
    .target(name: "RowCoding", dependencies: ["Columns", "Kernels", "TextFormats"], exclude: ["README.md"]),
    .target(name: "Grouping", dependencies: ["CColumnShims", "Columns", "Kernels"], exclude: ["README.md"]),
    .target(
      name: "Aggregation",
      dependencies: ["CColumnShims", "Columns", "Kernels", "TextFormats", "Grouping", "Workers"],
      exclude: ["README.md"]),
    .target(
      name: "Compare", dependencies: ["CColumnShims", "Columns", "Kernels", "TextFormats", "Grouping", "Workers"],
      exclude: ["README.md"]),
    .target(
      name: "Pipelines",
      dependencies: [
        "CColumnShims", "Columns", "Encodings", "ObjectStorage", "ArrowIPC", "ChunkFile", "TextFormats", "Kernels",
        "Grouping", "Aggregation", "Compare", "Workers", "CZlib", "CZstd",
        .target(name: "S3Storage", condition: .when(traits: ["S3"])),
      ], exclude: ["README.md"]),
    .target(
      name: "Colonnade",
      dependencies: [
        "Columns", "Kernels", "ChunkFile", "TextFormats", "RowCoding", "Aggregation", "Compare", "Pipelines", "Workers",
      ],
      exclude: ["README.md"]),
    .executableTarget(
      name: "colonnade-cli",
      dependencies: [
        "Aggregation", "CColumnShims", "ChunkFile", "Columns", "Compare", "ObjectStorage", "Pipelines", "TextFormats",
        "Workers",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], exclude: ["README.md"]),

    .target(
      name: "TestSupport", dependencies: ["Columns", "Encodings", "Kernels", "ObjectStorage", "Workers"],
      path: "Tests/TestSupport"),
    .testTarget(name: "WorkersTests", dependencies: ["Workers"]),
    .testTarget(name: "ColumnsTests", dependencies: ["Columns", "TestSupport"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels", "Encodings", "CColumnShims", "TestSupport"]),
    .testTarget(name: "EncodingsTests", dependencies: ["CXXHash", "Encodings", "TestSupport"]),
    .testTarget(name: "ObjectStorageTests", dependencies: ["ObjectStorage", "TestSupport"]),
    .testTarget(name: "ArrowIPCTests", dependencies: ["ArrowIPC", "TestSupport"]),
    .testTarget(
      name: "S3StorageTests", dependencies: ["S3Storage", "ObjectStorage", "TestSupport", "Workers"],
      exclude: ["botocore_choices.py", "BotocoreChoices.jsonl"]),
    .testTarget(name: "ChunkFileTests", dependencies: ["ChunkFile", "TestSupport"]),
    .testTarget(name: "TextFormatsTests", dependencies: ["TextFormats", "CColumnShims", "TestSupport"]),
    .testTarget(name: "RowCodingTests", dependencies: ["RowCoding", "TestSupport"]),
    .testTarget(name: "GroupingTests", dependencies: ["Grouping", "TestSupport"]),
    .testTarget(name: "AggregationTests", dependencies: ["Aggregation", "ChunkFile", "ObjectStorage", "TestSupport"]),
    .testTarget(name: "CompareTests", dependencies: ["Compare", "TestSupport"]),
    .testTarget(
      name: "PipelinesTests",
      dependencies: [
        "ArrowIPC", "Pipelines", "TestSupport", .target(name: "S3Storage", condition: .when(traits: ["S3"])),
      ]),
    .testTarget(name: "ColonnadeTests", dependencies: ["Colonnade", "Kernels", "Pipelines", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)
