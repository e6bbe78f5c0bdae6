// Tells ThreadSanitizer what a contended `Synchronization.Mutex` orders.
//
// Where nobody waits, `withLock` is compiled into its caller, and the sanitizer sees the atomic operations. Where
// somebody does, the lock is taken and given back in libswiftSynchronization.so, which is not instrumented; then it
// takes everything that the lock protects for a race, as MutexRace.swift and MemoryTests show. These functions stand
// before those of the library when they are preloaded, call them, and say what happened. Nothing else has to be
// built for them, and the mutexes of dependencies are seen, too. Should a later library have other names for them,
// they are never called, and the reports come back.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

// There only in programs with ThreadSanitizer; others, such as `swift` itself, inherit the preloading.
void __tsan_acquire(void *) __attribute__((weak));
void __tsan_release(void *) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define MUTEX __attribute__((swift_context)) void *mutex

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void Lock(uint32_t thread, MUTEX);
typedef SWIFT bool TryLock(MUTEX);
typedef SWIFT void Unlock(MUTEX);

Lock lock __asm__(LOCK);
TryLock tryLock __asm__(TRY_LOCK);
Unlock unlock __asm__(UNLOCK);

SWIFT void lock(uint32_t thread, MUTEX) {
    ((Lock *)dlsym(RTLD_NEXT, LOCK))(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT bool tryLock(MUTEX) {
    bool locked = ((TryLock *)dlsym(RTLD_NEXT, TRY_LOCK))(mutex);
    if (locked && __tsan_acquire) __tsan_acquire(mutex);
    return locked;
}

SWIFT void unlock(MUTEX) {
    if (__tsan_release) __tsan_release(mutex);
    ((Unlock *)dlsym(RTLD_NEXT, UNLOCK))(mutex);
}
