// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import FileInvariants
import Glibc
import TestSupport

// damage SEED COUNT [FILE...]: damages a varied file at random, and flips every bit and cuts at every byte of the files; exits with
// 1 where reading breaks a rule, and is killed where it takes too much memory.
let arguments = CommandLine.arguments
let seed = arguments.dropFirst().first.flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
let count = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 100_000
print("seed \(seed), \(count) damages, \(max(0, arguments.count - 3)) files")
fflush(nil)
// What a page may take by the limits of the format (1 GiB raw, decoded beside it) and then some; what goes past it ends the program.
var limit = rlimit(rlim_cur: 4 << 30, rlim_max: 4 << 30)
guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { fatalError("no limit on memory") }

var trial = try DamageTrial(random: RandomSource(seed: seed))
do {
  for _ in 0..<count { try trial.damageOnce() }
} catch {
  print("damage \(trial.count) of seed \(seed), \(trial.last): \(error)")
  exit(1)
}
print("held: \(trial.summary)")
fflush(nil)

var fileCount = 0
for path in arguments.dropFirst(3) {
  do {
    guard let handle = fopen(path, "r") else { fatalError("\(path) cannot be opened") }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    bytes.removeSubrange(fread(&bytes, 1, bytes.count, handle)...)
    fclose(handle)
    fileCount += try OriginalFile(bytes).checkEveryFlipAndCut()
  } catch {
    print("\(path): \(error)")
    exit(1)
  }
}
var usage = rusage()
guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { fatalError("no figures of memory") }
print("held: \(fileCount) files with one bit flipped or cut; peak memory \(usage.ru_maxrss / 1024) MiB")
