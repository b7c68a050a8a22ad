// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The system's libcurl and libcrypto, opened when they are first needed, behind functions without variable arguments.
///
/// Neither library is linked: a process that never asks for `s3://` does not load them (libcurl and what it needs take 10 ms).

#ifndef CCURL_H
#define CCURL_H

#include <stddef.h>
#include <stdint.h>

/// Opens both libraries, once; safe from several threads. NULL, or what is missing, one line that stays valid.
const char *_Nullable ccurl_load(void);

/// A connection, and what the next request on it will be. One thread's at a time.
typedef struct ccurl_handle ccurl_handle;

/// How a transfer ended.
typedef struct {
  /// 0, or libcurl's error number (CURLcode).
  int32_t error;
  /// The HTTP status, 0 if none came.
  int32_t status;
  /// Bytes of the response's body that came.
  int64_t received;
  /// Bytes of the request's body that went.
  int64_t sent;
  /// True if the error is one that may be gone when the same is tried again (no answer, connection lost, timeout).
  int32_t is_transient;
  /// True if the server's certificate is not trusted, or those to trust cannot be read.
  int32_t is_certificate;
} ccurl_outcome;

/// Makes a handle; NULL where memory is short. Needs `ccurl_load`.
ccurl_handle *_Nullable ccurl_create(void);
/// Closes its connection.
void ccurl_destroy(ccurl_handle *_Nonnull handle);

/// What one request is. Pointers must stay valid during the call; strings end with 0.
typedef struct {
  const char *_Nonnull method;
  /// Whole URL, percent-encoded.
  const char *_Nonnull url;
  /// `Name: value` lines.
  const char *_Nonnull const *_Nullable headers;
  size_t header_count;
  /// The body, NULL for none.
  const void *_Nullable body;
  size_t body_byte_count;
  /// File of certificates to trust, NULL for the system's.
  const char *_Nullable ca_file;
  /// Longest time for connecting, for the whole request (0: none), and without any byte moving (0: none), in milliseconds.
  int64_t connect_timeout;
  int64_t timeout;
  int64_t stall_timeout;
  /// Where the body of a response goes whose status is 2xx; more than that is an error. NULL: bodies are gathered.
  void *_Nullable destination;
  size_t destination_byte_count;
} ccurl_request;

/// Sends `request` and waits for the end of its response.
ccurl_outcome ccurl_perform(ccurl_handle *_Nonnull handle, const ccurl_request *_Nonnull request);

/// Header lines of the last response, each ended by LF; valid until the next request.
const char *_Nonnull ccurl_response_headers(ccurl_handle *_Nonnull handle, size_t *_Nonnull byte_count);
/// What was gathered of the last response's body; valid until the next request.
const void *_Nullable ccurl_response_body(ccurl_handle *_Nonnull handle, size_t *_Nonnull byte_count);
/// What the last error was, one line without secrets; valid until the next request.
const char *_Nonnull ccurl_error_text(ccurl_handle *_Nonnull handle);

/// SHA-256 of bytes, 32 bytes to `digest`. Needs `ccurl_load`.
void ccurl_sha256(const void *_Nullable bytes, size_t byte_count, uint8_t *_Nonnull digest);
/// HMAC-SHA-256 of bytes, 32 bytes to `digest`. Needs `ccurl_load`. Precondition: keys of less than 2 GiB.
void ccurl_hmac_sha256(const void *_Nonnull key, size_t key_byte_count, const void *_Nullable bytes, size_t byte_count, uint8_t *_Nonnull digest);
/// MD5 of bytes, 16 bytes to `digest`. Needs `ccurl_load`.
void ccurl_md5(const void *_Nullable bytes, size_t byte_count, uint8_t *_Nonnull digest);

#endif
