#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// What OpenSSL offers only as macros, which Swift does not see.

static inline int COpenSSL_set_minimum_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}

static inline void COpenSSL_set_mode(SSL_CTX *context, long mode) { SSL_CTX_set_mode(context, mode); }

static inline void COpenSSL_disable_renegotiation(SSL_CTX *context) { SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION); }

static inline void COpenSSL_disable_session_cache(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static inline int COpenSSL_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

// The name to ask for (SNI).
static inline int COpenSSL_set_server_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline void COpenSSL_set_app_data(SSL *ssl, void *data) { SSL_set_app_data(ssl, data); }

static inline void *COpenSSL_app_data(const SSL *ssl) { return SSL_get_app_data(ssl); }

// Whose certificates are being verified.
static inline SSL *COpenSSL_verified_connection(X509_STORE_CTX *verification) {
    return (SSL *)X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx());
}

// A memory BIO that is empty asks to try again later, instead of reporting the end of the stream.
static inline BIO *COpenSSL_new_memory(void) {
    BIO *memory = BIO_new(BIO_s_mem());
    if (memory) BIO_set_mem_eof_return(memory, -1);
    return memory;
}

// The bytes in a memory BIO, which keeps them.
static inline long COpenSSL_memory(BIO *memory, char **bytes) { return BIO_get_mem_data(memory, bytes); }

// As in CN=localhost,O=Stable.
static inline int COpenSSL_print_name(BIO *memory, const X509_NAME *name) {
    return X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}

static inline void COpenSSL_free_names(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }
static inline int COpenSSL_count_names(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline const GENERAL_NAME *COpenSSL_name(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}

static inline EVP_PKEY *COpenSSL_new_key(void) { return EVP_EC_gen("P-256"); }
