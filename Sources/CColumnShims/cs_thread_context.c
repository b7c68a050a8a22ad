// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_thread_context.h"
#include <stddef.h>

// Swift has no variables of a thread.
static _Thread_local void *current = NULL;

void *cs_thread_context(void) { return current; }

void cs_set_thread_context(void *context) { current = context; }
