// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CS_THREAD_CONTEXT_H
#define CS_THREAD_CONTEXT_H

/// What the calling thread was given last; NULL on a new thread.
void *cs_thread_context(void);

/// Gives the calling thread a pointer to keep, which nobody else sees.
void cs_set_thread_context(void *context);

#endif
