// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CS_ALLOCATOR_H
#define CS_ALLOCATOR_H

/// Lets the C library keep freed buffers of up to 32 MiB, 64 MiB in all, instead of giving each back to the system.
/// For programs, not libraries: it is a setting of the whole process.
void cs_keep_freed_buffers(void);

#endif
