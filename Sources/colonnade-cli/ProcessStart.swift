// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Glibc
import ObjectStorage

/// What a process has to settle before it opens anything: descriptors, limits, signals, memory.
func prepareProcess() {
  occupyStandardDescriptors()
  raiseOpenFileLimit()
  // Output that a signal leaves half done is removed; a closed pipe is an error of the write instead of a signal.
  installCleanupSignalHandlers()
  // Pages' buffers are used again for the next page: a quarter fewer page faults in an aggregation.
  cs_keep_freed_buffers()
}

/// Opens the null device in place of each standard descriptor that the caller closed; otherwise the next file opened, an
/// output perhaps, would take its number and receive the messages meant for it.
///
/// It is opened the wrong way round, so that reading a closed input or writing a closed output still is an error.
private func occupyStandardDescriptors() {
  for (descriptor, flags) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)] {
    guard fcntl(descriptor, F_GETFD) < 0, errno == EBADF else { continue }
    // The lowest free number is taken, which is this one: those below are in use by now.
    guard open("/dev/null", flags) == descriptor else { endProcess(2) }
  }
}

/// Allows as many open files as the system lets this user have: every `.cln` input stays open while it is read.
private func raiseOpenFileLimit() {
  let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  var limit = rlimit()
  guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
  limit.rlim_cur = limit.rlim_max
  setrlimit(resource, &limit)
}
