// limits: cpu=1s wall=8s
// expect: cpu-timeout
// cflags: -pthread
// No thread alone uses up the time.
#include <pthread.h>
#include <unistd.h>
static void *burn(void *x) { for (volatile long i = 0; i < 100000000000L; i++) {} return x; }
int main(void) {
    pthread_t t;
    for (int i = 0; i < 8; i++) pthread_create(&t, 0, burn, 0);
    for (;;) pause();
}
