// What tells which of many descriptors are ready, where the system has more than poll.

#ifndef PHOTONPUMP_READINESS_H
#define PHOTONPUMP_READINESS_H

#ifdef __linux__
#include <sys/epoll.h>
#endif

#endif
