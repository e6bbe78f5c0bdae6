// The system's resolver, most of whose names are macros, which Swift cannot read.

#ifndef PHOTONPUMP_RESOLVER_H
#define PHOTONPUMP_RESOLVER_H

#include <netinet/in.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdint.h>
#include <string.h>

struct photonpump_service {
    uint16_t priority;
    uint16_t weight;
    uint16_t port;
    char host[NS_MAXDNAME];
};

// Asks for the SRV records of a name, as the system is configured; with a port, the server there on this machine instead.
// The length of the answer, or the negative h_errno.
static inline int photonpump_resolver_ask(const char *name, uint16_t port, unsigned char *answer, int size) {
    struct __res_state state;
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0) return -NO_RECOVERY;
    if (port != 0) {
        state.nscount = 1;
        memset(&state.nsaddr_list[0], 0, sizeof state.nsaddr_list[0]);
        state.nsaddr_list[0].sin_family = AF_INET;
        state.nsaddr_list[0].sin_port = htons(port);
        state.nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    int length = res_nsearch(&state, name, ns_c_in, ns_t_srv, answer, size);
    int problem = state.res_h_errno > 0 ? state.res_h_errno : NO_RECOVERY;
    res_nclose(&state);
    return length < 0 ? -problem : length < size ? length : size;
}

enum {
    photonpump_record_unreadable = -1,
    // There is no such record.
    photonpump_record_end = 0,
    photonpump_record_other = 1,
    photonpump_record_service = 2,
};

// Reads a record of an answer.
static inline int photonpump_resolver_read(
    const unsigned char *answer, int length, int index, struct photonpump_service *service) {
    ns_msg message;
    ns_rr record;
    if (ns_initparse(answer, length, &message) != 0) return photonpump_record_unreadable;
    if (index >= ns_msg_count(message, ns_s_an)) return photonpump_record_end;
    if (ns_parserr(&message, ns_s_an, index, &record) != 0) return photonpump_record_unreadable;
    if (ns_rr_type(record) != ns_t_srv || ns_rr_class(record) != ns_c_in) return photonpump_record_other;
    const unsigned char *data = ns_rr_rdata(record);
    if (ns_rr_rdlen(record) < 7) return photonpump_record_unreadable;
    service->priority = ns_get16(data);
    service->weight = ns_get16(data + 2);
    service->port = ns_get16(data + 4);
    int name = dn_expand(ns_msg_base(message), ns_msg_end(message), data + 6, service->host, sizeof service->host);
    return name < 0 ? photonpump_record_unreadable : photonpump_record_service;
}

#endif
