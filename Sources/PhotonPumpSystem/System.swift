// What the libraries take from the system under one name: the C library, and Foundation without what needs ICU, whose data
// alone is twice as large as the rest of a small program. Where Foundation comes in parts, this is FoundationEssentials,
// which does not bring the C library with it; elsewhere the system has all of it anyway.
//
// `.ci/check-sources` refuses imports of Foundation in the client, and `make build-bare` looks that its dependencies have
// none, either.

@_exported public import CPhotonPumpSystem

#if canImport(FoundationEssentials)
    @_exported public import FoundationEssentials

    #if canImport(Glibc)
        @_exported public import Glibc
    #elseif canImport(Musl)
        @_exported public import Musl
    #endif
#else
    @_exported public import Foundation
#endif
