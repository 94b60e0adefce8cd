// limits: cpu=1s wall=6s
// expect: cpu-timeout
int main(void) { volatile unsigned long n = 0; for (;;) n++; }
