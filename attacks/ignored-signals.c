// attack: ignores or blocks every signal, the one for the processor limit among them, and loops
// limits: cpu=0.5s
// outcome: cpu-timeout
#include <signal.h>

int main(void) {
    sigset_t all;
    for (int n = 1; n < 65; n++) signal(n, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, 0);
    volatile unsigned long n = 0;
    for (;;) n++;
}
