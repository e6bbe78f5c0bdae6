// callgrind is told to write down what it has counted whenever this is called.
void benchmark_mark(void);
