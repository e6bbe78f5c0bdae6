// Threads of the system, whose types differ from one system to the other.

#ifndef PHOTONPUMP_THREAD_H
#define PHOTONPUMP_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#ifndef __APPLE__
#include <sys/prctl.h>
#endif

// Starts a thread that nobody waits for, with a stack of this size, or for 0 of the usual one. Whether there is one.
static inline bool photonpump_thread_start(size_t stack, void *(*body)(void *), void *argument) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return false;
    pthread_t thread;
    bool is_started = (stack == 0 || pthread_attr_setstacksize(&attributes, stack) == 0) &&
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
        pthread_create(&thread, &attributes, body, argument) == 0;
    pthread_attr_destroy(&attributes);
    return is_started;
}

// Names the thread that calls this, for debuggers. Linux keeps 15 characters.
static inline void photonpump_thread_name(const char *name) {
#ifdef __APPLE__
    pthread_setname_np(name);
#else
    prctl(PR_SET_NAME, name);
#endif
}

#endif
