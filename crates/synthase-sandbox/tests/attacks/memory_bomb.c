// limits: memory=64MiB cpu=5s
// expect: out-of-memory
// expect at namespaces: signaled 11
// expect at landlock: signaled 11
// expect at rlimits: signaled 11
#include <stdlib.h>
#include <string.h>
int main(void) { for (;;) memset(malloc(1 << 20), 1, 1 << 20); }
