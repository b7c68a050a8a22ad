// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Temporaries that an interrupted process must not leave behind, and the few calls Swift cannot make.
// Functions that may fail return a negative errno.
#ifndef CS_PUBLISHING_H
#define CS_PUBLISHING_H
#include <stddef.h>
#include <stdint.h>

/// Creates the new file `path` (open for reading and writing, closed on exec) and remembers it in a fixed table until it is
/// published or forgotten. Returns the descriptor; `*slot` is its place in the table, -1 if the table is full.
/// No handled signal can fall between creating and remembering.
int cs_temporary_create(const char *path, unsigned mode, int *slot);

/// Renames the remembered `temporary` over `target` and forgets it. 0 if done. `if_absent`: -EEXIST, and nothing done, if something is there.
int cs_temporary_publish(int slot, const char *temporary, const char *target, int if_absent);

/// Removes the remembered `temporary` and forgets it.
void cs_temporary_remove(int slot, const char *temporary);

/// From now on SIGINT, SIGTERM and SIGHUP remove all remembered files, then end the process by that signal (one that is
/// ignored stays so); SIGPIPE and SIGXFSZ are ignored, so that writing reports EPIPE and EFBIG. For the command alone.
void cs_install_cleanup_handlers(void);

/// Has the first of these signals, once files are removed, write its number (one byte) to a pipe instead of ending the process; the next one ends it
/// at once. Returns the pipe's end to read from, or -errno. Call once. Who reads ends the process by `cs_end_by_signal`.
int cs_defer_ending(void);
/// Ends the process as the signal does by default.
void cs_end_by_signal(int signal_number);

/// Opens a file without a name in `folder`; -EOPNOTSUPP, -EISDIR or -EINVAL where the file system cannot.
int cs_open_unnamed(const char *folder);

/// Asks for a part of a file to be written to disk from now on, without waiting. A hint: does nothing where it cannot.
void cs_start_writeback(int descriptor, int64_t offset, int64_t byte_count);

/// Takes the whole-file lock that goes away with the process. 0 if taken, -EWOULDBLOCK if someone has it.
int cs_lock(int descriptor);

/// Takes the same lock, waiting for whoever has it. 0 if taken, -errno where the file system has no such locks.
int cs_lock_waiting(int descriptor);

/// Gives the lock back before the file is closed.
void cs_unlock(int descriptor);

/// A second descriptor for the same open file, closed on exec.
int cs_duplicate(int descriptor);

#endif
