// attack: jumps out of the handler of a segmentation fault, and ends by itself
// outcome: exited
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static sigjmp_buf back;

static void handler(int number) {
    siglongjmp(back, number);
}

int main(void) {
    signal(SIGSEGV, handler);
    if (sigsetjmp(back, 1) == 0) *(volatile int *)8 = 1;
    puts("still here");
    return 0;
}
