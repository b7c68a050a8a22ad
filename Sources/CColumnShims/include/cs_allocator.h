// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CS_ALLOCATOR_H
#define CS_ALLOCATOR_H
#include <stddef.h>

/// Lets the C library keep freed buffers of up to 32 MiB, 64 MiB in all, instead of giving each back to the system.
/// For programs, not libraries: it is a setting of the whole process.
void cs_keep_freed_buffers(void);

/// Undoes that, for a process that has little memory: buffers of 256 KiB or more go back to the system when they are freed, and
/// of smaller ones what lies idle at the end. For programs, not libraries.
void cs_give_back_freed_buffers(void);

/// Gives the system back all memory that is free now.
void cs_trim_memory(void);

/// `byte_count` bytes of zeros, to be freed with free(); NULL if there is no memory. Pieces of 4 MiB or more come in large pages where
/// the system has them.
void *cs_zeroed_memory(size_t byte_count);

/// The same without a promise of what is in it.
void *cs_fresh_memory(size_t byte_count);

#endif
