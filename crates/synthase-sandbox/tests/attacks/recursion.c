// limits: cpu=5s
// expect: signaled 11
int deeper(volatile int *n) { volatile int here[64]; here[0] = *n + 1; return deeper(here) + here[1]; }
int main(void) { volatile int n = 0; return deeper(&n); }
