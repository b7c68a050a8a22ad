// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization
import Testing

@testable import ObjectStorage

@Suite struct FileHoldTests {
  /// Each reads a number and replaces it with the next: none is missed, also by those who began when there was no file.
  ///
  /// Writers live on until all are done: what they published must not stay locked as long.
  @Test func thoseWhoReplaceOneFileComeOneAfterTheOther() throws {
    try withScratchFolder { folder in
      let path = folder + "/number"
      symlink("number", folder + "/link")
      let kept = Mutex<[Published]>([])
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        do {
          for _ in 0..<25 {
            let hold = try FileHold(thread % 2 == 0 ? path : folder + "/link")
            defer { hold.release() }
            let number = access(path, F_OK) == 0 ? try bytes(of: LocalStore().open(path)).first ?? 0 : 0
            let writer = try LocalStore().create(path)
            try put([[number + 1]], to: writer)
            let published = Published(writer: writer)
            kept.withLock { $0.append(published) }
          }
        } catch { failures.withLock { $0.append("\(error)") } }
      }
      #expect(failures.withLock { $0 } == [])
      #expect(kept.withLock { $0.count } == 100)
      let last = try bytes(of: try LocalStore().open(path))
      #expect(last == [100])
    }
  }

  /// Done with; kept only so that it lives.
  private struct Published: @unchecked Sendable { let writer: any ObjectWriter }

  @Test func whatCannotBeHeldHoldsNobodyUp() throws {
    try withScratchFolder { folder in
      mkfifo(folder + "/pipe", 0o600)
      symlink("circle", folder + "/circle")
      for path in [folder + "/pipe", folder + "/missing/file", folder, folder + "/circle", "/dev/null", "/dev/stdout"] {
        let holds = [try FileHold(path), try FileHold(path)]
        for hold in holds { hold.release() }
      }
      let names = try namesInFolder(folder, name: folder).sorted()
      #expect(names == ["circle", "pipe"])
    }
  }
}
