// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// What Swift cannot express: instruction-set dispatch, whole-buffer bit tricks, a few system calls. One prefix: cs_.
#ifndef COLUMN_SHIMS_H
#define COLUMN_SHIMS_H
#include "cs_allocator.h"
#include "cs_bit_packing.h"
#include "cs_block_arithmetic.h"
#include "cs_csv_scan.h"
#include "cs_float_sums.h"
#include "cs_float_text.h"
#include "cs_grouping.h"
#include "cs_integer_coding.h"
#include "cs_older_glibc.h"
#include "cs_packed_scan.h"
#include "cs_prefetch.h"
#include "cs_processors.h"
#include "cs_publishing.h"
#include "cs_thread_context.h"
#endif
