#include "mark.h"

void benchmark_mark(void) {}
