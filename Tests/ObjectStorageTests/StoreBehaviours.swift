// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import ObjectStorage

/// What every store must do, run against each of them in a fresh place; S3Storage's is in S3StorageTests.
@Suite struct StoreBehaviours {
  @Test(arguments: StoreBehaviour.all) func memory(_ behaviour: StoreBehaviour) throws {
    try behaviour.run(MemoryStore(), "root")
  }

  @Test(arguments: StoreBehaviour.all) func local(_ behaviour: StoreBehaviour) throws {
    try withScratchFolder { try behaviour.run(LocalStore(), $0) }
  }
}
