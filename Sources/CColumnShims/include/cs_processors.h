// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CS_PROCESSORS_H
#define CS_PROCESSORS_H

#include <pthread.h>

/// Processors this process may run on, by its affinity; 0 if the system does not say.
int cs_available_processors(void);

/// As pthread_create without attributes, but the thread starts on another processor than the caller's, if there is one; then it may run on all
/// that its maker may. By itself Linux often starts it where its maker runs, which goes on running: it then begins with the next tick that
/// balances the load, milliseconds later.
int cs_thread_create_elsewhere(pthread_t *thread, void *(*run)(void *), void *argument);

#endif
