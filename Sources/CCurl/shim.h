#ifndef PROMPTERD_CCURL_SHIM_H
#define PROMPTERD_CCURL_SHIM_H

#include <curl/curl.h>

// Swift does not import variadic C functions, so each type of argument that is passed gets its own inline setter.
// libcurl's type-checking macros are stepped around by the parentheses.

static inline CURLcode prompterd_easy_set_long(CURL *easy, CURLoption option, long value) {
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode prompterd_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode prompterd_easy_set_pointer(CURL *easy, CURLoption option, void *value) {
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode prompterd_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return (curl_easy_setopt)(easy, option, value);
}

typedef size_t (*prompterd_data_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode prompterd_easy_set_callback(CURL *easy, CURLoption option, prompterd_data_callback value) {
    return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode prompterd_easy_set_prereq(CURL *easy, curl_prereq_callback value) {
    return (curl_easy_setopt)(easy, CURLOPT_PREREQFUNCTION, value);
}

static inline CURLcode prompterd_easy_get_long(CURL *easy, CURLINFO info, long *value) {
    return (curl_easy_getinfo)(easy, info, value);
}

static inline CURLcode prompterd_easy_get_large(CURL *easy, CURLINFO info, curl_off_t *value) {
    return (curl_easy_getinfo)(easy, info, value);
}

static inline CURLcode prompterd_easy_get_pointer(CURL *easy, CURLINFO info, void **value) {
    return (curl_easy_getinfo)(easy, info, value);
}

static inline CURLMcode prompterd_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return (curl_multi_setopt)(multi, option, value);
}

#endif
