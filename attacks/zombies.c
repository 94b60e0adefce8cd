// attack: starts ten thousand processes that end at once, and never asks how
// limits: cpu=2s processes=32
// outcome: exited process-limit cpu-timeout
#include <unistd.h>

int main(void) {
    for (int n = 0; n < 10000; n++)
        if (fork() == 0) _exit(0);
    return 0;
}
