// attack: asks for the interface by which system calls pass filters unseen
// outcome: exited denied
// stdout-lacks: io_uring works
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
    char params[256] = {0};
    long fd = syscall(425, 8, params);
    puts(fd >= 0 ? "io_uring works" : "refused");
    return 0;
}
