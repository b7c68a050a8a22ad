// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CS_PROCESSORS_H
#define CS_PROCESSORS_H

/// Processors this process may run on, by its affinity; 0 if the system does not say.
int cs_available_processors(void);

#endif
