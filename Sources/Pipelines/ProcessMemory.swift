// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Glibc

/// Greatest resident memory of this program. Not what getrusage tells, which begins with that of whoever started it.
func peakMemoryByteCount() -> Int {
  if let status = fopen("/proc/self/status", "r") {
    defer { fclose(status) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), status) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if text.hasPrefix("VmHWM:"), let kibibytes = Int(text.filter(\.isNumber)) { return kibibytes << 10 }
    }
  }
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

/// Resident memory of this program now, after what was freed has been given back to the system.
func residentByteCount() -> Int { residentByteCount(afterTrimming: true) }

/// Resident memory of this program now. Some microseconds, or milliseconds if what was freed is given back to the system before.
func residentByteCount(afterTrimming: Bool) -> Int {
  if afterTrimming { cs_trim_memory() }
  var line = [UInt8](repeating: 0, count: 128)
  let length = line.withUnsafeMutableBytes { pread(memoryStatus, $0.baseAddress, $0.count, 0) }
  guard length > 0 else { return peakMemoryByteCount() }
  // The second number is that of resident pages.
  let digits = line[..<length].drop { $0 != UInt8(ascii: " ") }.dropFirst().prefix { $0 != UInt8(ascii: " ") }
  return digits.reduce(0) { $0 * 10 + Int($1 & 15) } * sysconf(Int32(_SC_PAGESIZE))
}

/// Open for good: it is asked again and again.
private let memoryStatus = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)

/// Memory that programs can take without others being moved out, as the system and the control group that this process is in say; nil where
/// neither does.
func availableMemoryByteCount() -> Int? {
  let free = number(inFile: "/proc/meminfo", after: "MemAvailable:").map { $0 << 10 }
  let most = number(inFile: "/sys/fs/cgroup/memory.max", after: "")
  // What files take in memory is given up when programs need it.
  let ofGroup = most.map { most in
    let taken = number(inFile: "/sys/fs/cgroup/memory.current", after: "") ?? 0
    let ofFiles = number(inFile: "/sys/fs/cgroup/memory.stat", after: "file ") ?? 0
    return max(0, most - max(0, taken - ofFiles))
  }
  return [free, ofGroup].compactMap { $0 }.min()
}

/// The number behind `label` at the start of a line.
private func number(inFile path: String, after label: String) -> Int? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, Int32(line.count), file) != nil {
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if text.hasPrefix(label) { return Int(text.dropFirst(label.count).filter(\.isNumber)) }
  }
  return nil
}
