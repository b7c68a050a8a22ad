// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#define CURL_DISABLE_TYPECHECK
#include "ccurl.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// What is used of the two libraries. Names in lower case: curl.h has macros of the same names.
static struct {
  CURLcode (*global_init)(long);
  CURL *(*easy_init)(void);
  void (*easy_cleanup)(CURL *);
  void (*easy_reset)(CURL *);
  CURLcode (*set)(CURL *, CURLoption, ...);
  CURLcode (*perform)(CURL *);
  CURLcode (*info)(CURL *, CURLINFO, ...);
  const char *(*error_text)(CURLcode);
  struct curl_slist *(*list_append)(struct curl_slist *, const char *);
  void (*list_free)(struct curl_slist *);
  unsigned char *(*sha256)(const unsigned char *, size_t, unsigned char *);
  unsigned char *(*md5)(const unsigned char *, size_t, unsigned char *);
  const void *(*sha256_method)(void);
  unsigned char *(*hmac)(const void *, const void *, int, const unsigned char *, size_t, unsigned char *, unsigned *);
} lib;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char load_failure[256];

static void *open_first(const char *const *names) {
  for (; *names; names++) {
    void *library = dlopen(*names, RTLD_NOW | RTLD_LOCAL);
    if (library) return library;
  }
  return NULL;
}

static int find(void *library, const char *name, void *place) {
  void *symbol = dlsym(library, name);
  if (!symbol) {
    snprintf(load_failure, sizeof load_failure, "the system's libcurl or libcrypto has no %s", name);
    return 0;
  }
  // POSIX has dlsym give functions as data pointers; copying the bits is the way without a cast that C does not define.
  memcpy(place, &symbol, sizeof symbol);
  return 1;
}

static void load(void) {
  static const char *const curls[] = {"libcurl.so.4", "libcurl-gnutls.so.4", NULL};
  static const char *const cryptos[] = {"libcrypto.so.3", "libcrypto.so.1.1", NULL};
  void *curl = open_first(curls);
  if (!curl) {
    strcpy(load_failure, "libcurl.so.4 is not there: install libcurl (Debian and Ubuntu: libcurl4)");
    return;
  }
  void *crypto = open_first(cryptos);
  if (!crypto) {
    strcpy(load_failure, "libcrypto.so.3 is not there: install OpenSSL (Debian and Ubuntu: libssl3)");
    return;
  }
  int found = find(curl, "curl_global_init", &lib.global_init) && find(curl, "curl_easy_init", &lib.easy_init) &&
              find(curl, "curl_easy_cleanup", &lib.easy_cleanup) && find(curl, "curl_easy_reset", &lib.easy_reset) &&
              find(curl, "curl_easy_setopt", &lib.set) && find(curl, "curl_easy_perform", &lib.perform) &&
              find(curl, "curl_easy_getinfo", &lib.info) && find(curl, "curl_easy_strerror", &lib.error_text) &&
              find(curl, "curl_slist_append", &lib.list_append) && find(curl, "curl_slist_free_all", &lib.list_free) &&
              find(crypto, "SHA256", &lib.sha256) && find(crypto, "MD5", &lib.md5) &&
              find(crypto, "EVP_sha256", &lib.sha256_method) && find(crypto, "HMAC", &lib.hmac);
  // OpenSSL puts its memory away when the process ends, while threads may still be in the middle of a transfer: it is asked not to.
  int (*init_crypto)(uint64_t, const void *) = NULL;
  void *symbol = dlsym(crypto, "OPENSSL_init_crypto");
  memcpy(&init_crypto, &symbol, sizeof symbol);
  enum { NO_CLEANUP_AT_EXIT = 0x00080000 };  // OPENSSL_INIT_NO_ATEXIT of openssl/crypto.h
  if (init_crypto) init_crypto(NO_CLEANUP_AT_EXIT, NULL);
  if (found && lib.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) strcpy(load_failure, "libcurl cannot be initialised");
}

const char *ccurl_load(void) {
  pthread_once(&once, load);
  return load_failure[0] ? load_failure : NULL;
}

// Bytes that grow.
struct gathered {
  char *bytes;
  size_t count, capacity;
};

enum { MOST_GATHERED = 64 << 20 };

static int gather(struct gathered *into, const char *bytes, size_t count) {
  if (count > MOST_GATHERED - into->count) return 0;
  if (into->count + count > into->capacity) {
    size_t capacity = 2 * (into->count + count) + 1024;
    char *grown = realloc(into->bytes, capacity);
    if (!grown) return 0;
    into->bytes = grown;
    into->capacity = capacity;
  }
  memcpy(into->bytes + into->count, bytes, count);
  into->count += count;
  return 1;
}

struct ccurl_handle {
  CURL *curl;
  struct gathered headers, body;
  char error[CURL_ERROR_SIZE];
  // Of the request that is under way.
  char *destination;
  size_t destination_count, destination_filled;
};

ccurl_handle *ccurl_create(void) {
  ccurl_handle *handle = calloc(1, sizeof *handle);
  if (!handle) return NULL;
  handle->curl = lib.easy_init();
  if (!handle->curl) {
    free(handle);
    return NULL;
  }
  return handle;
}

void ccurl_destroy(ccurl_handle *handle) {
  lib.easy_cleanup(handle->curl);
  free(handle->headers.bytes);
  free(handle->body.bytes);
  free(handle);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context) {
  ccurl_handle *handle = context;
  size_t total = size * count, kept = total;
  // A new status line: what came before was an interim answer.
  if (total >= 5 && memcmp(bytes, "HTTP/", 5) == 0) handle->headers.count = 0;
  while (kept > 0 && (bytes[kept - 1] == '\n' || bytes[kept - 1] == '\r')) kept--;
  if (!gather(&handle->headers, bytes, kept) || !gather(&handle->headers, "\n", 1)) return 0;
  return total;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
  ccurl_handle *handle = context;
  size_t total = size * count;
  long status = 0;
  lib.info(handle->curl, CURLINFO_RESPONSE_CODE, &status);
  if (!handle->destination || status < 200 || status > 299) return gather(&handle->body, bytes, total) ? total : 0;
  if (total > handle->destination_count - handle->destination_filled) return 0;
  memcpy(handle->destination + handle->destination_filled, bytes, total);
  handle->destination_filled += total;
  return total;
}

static int is_transient(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WEIRD_SERVER_REPLY: return 1;
    default: return 0;
  }
}

static struct curl_slist *header_list(const ccurl_request *request) {
  struct curl_slist *list = NULL;
  for (size_t i = 0; i < request->header_count; i++) {
    struct curl_slist *longer = lib.list_append(list, request->headers[i]);
    if (!longer) {
      lib.list_free(list);
      return NULL;
    }
    list = longer;
  }
  return list;
}

static int is_local(const char *url) {
  static const char *const starts[] = {
      "http://169.254.", "http://[fd00:ec2:", "http://127.", "http://localhost", "http://[::1]", NULL};
  for (const char *const *start = starts; *start; start++)
    if (strncmp(url, *start, strlen(*start)) == 0) return 1;
  return 0;
}

// Everything but the body and who is asked. The connection outlives the reset.
static void set_common(ccurl_handle *handle, const ccurl_request *request) {
  CURL *curl = handle->curl;
  lib.set(curl, CURLOPT_NOSIGNAL, 1L);
  lib.set(curl, CURLOPT_ERRORBUFFER, handle->error);
  lib.set(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  lib.set(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  lib.set(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  lib.set(curl, CURLOPT_PATH_AS_IS, 1L);
  lib.set(curl, CURLOPT_BUFFERSIZE, 256L << 10);
  lib.set(curl, CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
  lib.set(curl, CURLOPT_EXPECT_100_TIMEOUT_MS, 0L);
  lib.set(curl, CURLOPT_HEADERFUNCTION, on_header);
  lib.set(curl, CURLOPT_HEADERDATA, handle);
  lib.set(curl, CURLOPT_WRITEFUNCTION, on_body);
  lib.set(curl, CURLOPT_WRITEDATA, handle);
  lib.set(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_timeout);
  if (request->timeout > 0) lib.set(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout);
  if (request->stall_timeout > 0) {
    lib.set(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    lib.set(curl, CURLOPT_LOW_SPEED_TIME, (long)((request->stall_timeout + 999) / 1000));
  }
  // Services of the machine itself (metadata and their tokens) are never asked through a proxy.
  if (is_local(request->url)) lib.set(curl, CURLOPT_NOPROXY, "*");
  if (request->ca_file) lib.set(curl, CURLOPT_CAINFO, request->ca_file);
}

static void set_method(CURL *curl, const ccurl_request *request) {
  if (strcmp(request->method, "HEAD") == 0) {
    lib.set(curl, CURLOPT_NOBODY, 1L);
  } else if (strcmp(request->method, "GET") == 0) {
    lib.set(curl, CURLOPT_HTTPGET, 1L);
  } else {
    if (request->body || strcmp(request->method, "DELETE") != 0) {
      lib.set(curl, CURLOPT_POST, 1L);
      lib.set(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_byte_count);
      lib.set(curl, CURLOPT_POSTFIELDS, request->body ? request->body : "");
    }
    lib.set(curl, CURLOPT_CUSTOMREQUEST, request->method);
  }
}

ccurl_outcome ccurl_perform(ccurl_handle *handle, const ccurl_request *request) {
  CURL *curl = handle->curl;
  lib.easy_reset(curl);
  handle->headers.count = handle->body.count = 0;
  handle->error[0] = 0;
  handle->destination = request->destination;
  handle->destination_count = request->destination_byte_count;
  handle->destination_filled = 0;
  ccurl_outcome outcome = {.error = CURLE_OUT_OF_MEMORY};
  struct curl_slist *headers = header_list(request);
  if (request->header_count > 0 && !headers) return outcome;
  set_common(handle, request);
  set_method(curl, request);
  lib.set(curl, CURLOPT_URL, request->url);
  lib.set(curl, CURLOPT_HTTPHEADER, headers);
  CURLcode code = lib.perform(curl);
  long status = 0;
  curl_off_t sent = 0;
  lib.info(curl, CURLINFO_RESPONSE_CODE, &status);
  lib.info(curl, CURLINFO_SIZE_UPLOAD_T, &sent);
  lib.list_free(headers);
  outcome.error = (int32_t)code;
  outcome.status = (int32_t)status;
  outcome.sent = (int64_t)sent;
  outcome.received = (int64_t)(handle->destination_filled + handle->body.count);
  outcome.is_certificate = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
  outcome.is_transient = code != CURLE_OK && is_transient(code);
  if (code != CURLE_OK && !handle->error[0]) strncpy(handle->error, lib.error_text(code), sizeof handle->error - 1);
  handle->destination = NULL;
  return outcome;
}

const char *ccurl_response_headers(ccurl_handle *handle, size_t *byte_count) {
  *byte_count = handle->headers.count;
  return handle->headers.bytes ? handle->headers.bytes : "";
}

const void *ccurl_response_body(ccurl_handle *handle, size_t *byte_count) {
  *byte_count = handle->body.count;
  return handle->body.bytes;
}

const char *ccurl_error_text(ccurl_handle *handle) { return handle->error; }

void ccurl_sha256(const void *bytes, size_t byte_count, uint8_t *digest) {
  lib.sha256(bytes ? bytes : "", byte_count, digest);
}

void ccurl_hmac_sha256(const void *key, size_t key_byte_count, const void *bytes, size_t byte_count, uint8_t *digest) {
  unsigned count = 32;
  lib.hmac(lib.sha256_method(), key, (int)key_byte_count, bytes ? bytes : "", byte_count, digest, &count);
}

void ccurl_md5(const void *bytes, size_t byte_count, uint8_t *digest) { lib.md5(bytes ? bytes : "", byte_count, digest); }
