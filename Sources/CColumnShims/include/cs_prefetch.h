// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CS_PREFETCH_H
#define CS_PREFETCH_H

/// Asks for the cache line at `address`, which need not be readable, without waiting for it.
static inline void cs_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
