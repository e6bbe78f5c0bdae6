// What the allocator of the C library says of itself.

#ifndef PHOTONPUMP_ALLOCATOR_H
#define PHOTONPUMP_ALLOCATOR_H

#include <stdint.h>
#include <stdlib.h>

#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 33)
#define PHOTONPUMP_ALLOCATOR_TELLS
#include <malloc.h>
#endif
#endif

// The bytes that were allocated and not freed, in all arenas, with those that threads keep for themselves; below 0 where the
// allocator does not tell.
static inline int64_t photonpump_bytes_in_use(void) {
#ifdef PHOTONPUMP_ALLOCATOR_TELLS
    struct mallinfo2 info = mallinfo2();
    return (int64_t)(info.uordblks + info.hblkhd);
#else
    return -1;
#endif
}

#endif
