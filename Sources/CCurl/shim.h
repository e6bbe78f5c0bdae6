// curl_easy_setopt and curl_easy_getinfo take a variable number of arguments, which Swift cannot pass.

#ifndef PHOTONPUMP_CCURL_H
#define PHOTONPUMP_CCURL_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*photonpump_curl_receive)(char *bytes, size_t size, size_t count, void *context);
typedef int (*photonpump_curl_progress)(
    void *context, curl_off_t expected_down, curl_off_t down, curl_off_t expected_up, curl_off_t up);
typedef int (*photonpump_curl_opened)(void *context, curl_socket_t descriptor, curlsocktype purpose);
typedef CURLcode (*photonpump_curl_tls_made)(CURL *handle, void *tls, void *context);

static inline CURLcode photonpump_curl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode photonpump_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode photonpump_curl_set_bytes(CURL *handle, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
    return curl_easy_setopt(handle, option, &blob);
}

static inline CURLcode photonpump_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode photonpump_curl_set_context(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode photonpump_curl_set_receive(CURL *handle, CURLoption option, photonpump_curl_receive value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode photonpump_curl_set_progress(CURL *handle, CURLoption option, photonpump_curl_progress value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode photonpump_curl_set_opened(CURL *handle, CURLoption option, photonpump_curl_opened value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode photonpump_curl_set_tls_made(CURL *handle, CURLoption option, photonpump_curl_tls_made value) {
    return curl_easy_setopt(handle, option, value);
}

// The library that libcurl speaks TLS with, and its version; NULL without TLS.
static inline const char *photonpump_curl_tls_library(void) {
    return curl_version_info(CURLVERSION_NOW)->ssl_version;
}

static inline CURLcode photonpump_curl_get_number(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

#endif
