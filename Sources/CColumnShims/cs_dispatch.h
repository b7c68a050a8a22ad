// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// One plain body per kernel, inlined into one shell per instruction set: compilers turn its loops into vector code of any width.
#ifndef CS_DISPATCH_H
#define CS_DISPATCH_H

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "written for little-endian processors"
#endif

#define INLINED static inline __attribute__((always_inline))

/// The level in use: see cs_bit_packing_force_level.
int cs_level(void);

// Makes cs_NAME, which calls the body NAME compiled for the level in use.
#if defined(__x86_64__)
#define DISPATCHED(RETURN, NAME, PARAMETERS, ARGUMENTS)                                                               \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))) static RETURN NAME##_avx512 PARAMETERS {              \
    return NAME ARGUMENTS;                                                                                            \
  }                                                                                                                   \
  __attribute__((target("avx2"))) static RETURN NAME##_avx2 PARAMETERS { return NAME ARGUMENTS; }                     \
  RETURN cs_##NAME PARAMETERS {                                                                                       \
    switch (cs_level()) {                                                                                             \
      case 2: return NAME##_avx512 ARGUMENTS;                                                                         \
      case 1: return NAME##_avx2 ARGUMENTS;                                                                           \
      default: return NAME ARGUMENTS;                                                                                 \
    }                                                                                                                 \
  }
#else
#define DISPATCHED(RETURN, NAME, PARAMETERS, ARGUMENTS)                                                               \
  RETURN cs_##NAME PARAMETERS { return NAME ARGUMENTS; }
#endif

#endif
